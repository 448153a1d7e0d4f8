// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The library as Vala sees it: nullable results, errors, default arguments, async, foreach, and closing.

const int DEADLINE = 120;    // seconds

// The names in a folder of /proc, or of the test.
string[] names (string folder) throws Error {
	string[] found = {};
	var dir = Dir.open (folder);
	unowned string? name;
	while ((name = dir.read_name ()) != null)
		found += name;
	return found;
}

string[] descriptors (string path) throws Error {
	string[] open = {};
	foreach (var fd in names ("/proc/self/fd")) {
		try {
			var target = FileUtils.read_link (@"/proc/self/fd/$fd");
			if (target.has_prefix (path))
				open += target;
		} catch (FileError e) {
			// the descriptor of the folder itself
		}
	}
	return open;
}

string[] threads () throws Error {
	string[] found = {};
	foreach (var task in names ("/proc/self/task")) {
		try {
			string comm;
			FileUtils.get_contents (@"/proc/self/task/$task/comm", out comm);
			if (comm.has_prefix ("beaver"))
				found += comm.strip ();
		} catch (FileError e) {
			// ended meanwhile
		}
	}
	return found;
}

void remove_folder (string folder) throws Error {
	foreach (var name in names (folder))
		FileUtils.unlink (@"$folder/$name");
	DirUtils.remove (folder);
}

void fine (Error e) {
	error ("unexpected: %s", e.message);
}

delegate void Body () throws Error;

void closed (Body body) {
	try {
		body ();
	} catch (Beaver.Error.CLOSED e) {
		return;
	} catch (Error e) {
		error ("another error: %s", e.message);
	}
	error ("no error after close");
}

// Runs the default main context until body, an async function, is done.
delegate void Start (owned AsyncReadyCallback callback);

void wait (Start start) {
	var loop = new MainLoop ();
	var timer = Timeout.add_seconds (DEADLINE, () => {
		error ("not done after %d s", DEADLINE);
	});
	start (() => loop.quit ());
	loop.run ();
	Source.remove (timer);
}

void test_dict () {
	try {
		var db = Beaver.Db.open (":memory:");
		unowned var dict = db.get_dict ("settings");
		dict.set_string ("theme", "dark");
		dict.set_json ("size", "[1, 2]");
		dict.set_json_with_ttl ("token", "1", 3600);
		assert (dict.get_string ("theme") == "dark");
		assert (dict.lookup_json ("nobody") == null);
		assert (dict.lookup ("nobody") == null);
		Beaver.Entry? entry = dict.lookup ("size");
		assert (entry != null && entry.value == "[1, 2]");
		assert (dict.increment ("n", 5) == 5);
		assert (dict.count () == 4);
		assert (dict.get_or_set_json ("n", "7") == "5");

		string[] keys = {};
		foreach (var item in dict.items ("t"))
			keys += item.key + "=" + item.value;
		assert (string.joinv (" ", keys) == "theme=\"dark\" token=1");
		var found = dict.lookup_many ({ "theme", "nobody", "n" });
		assert (found.length == 2 && found[0].key != found[1].key);
		assert (dict.list_keys ().length == 4);

		var batch = dict.create_batch ();
		batch.set_json ("b", "1");
		batch.remove ("n");
		assert (batch.apply () == 2);
		assert (!dict.contains ("n"));
		assert (db.get_dict_names ().length == 1);

		try {
			dict.get_json ("nobody");
			assert_not_reached ();
		} catch (Beaver.Error.NOT_FOUND e) {
			assert (e.message.contains ("nobody"));
		}
		try {
			dict.set_json ("k", "{");
			assert_not_reached ();
		} catch (Beaver.Error e) {
			assert (e is Beaver.Error.INVALID);
		}
		db.close ();
	} catch (Error e) {
		fine (e);
	}
}

void test_options () {
	try {
		var db = (Beaver.Db) Object.@new (typeof (Beaver.Db), path: ":memory:", synchronous: true);
		closed (() => db.get_dict ("x"));
		db.init ();
		assert (db.synchronous && !db.is_closed () && db.path == ":memory:");
		db.get_dict ("x").set_int ("k", 1);
		db.close ();
	} catch (Error e) {
		fine (e);
	}
}

void test_transaction () {
	try {
		var db = Beaver.Db.open (":memory:");
		var dict = db.get_dict ("d");
		{
			var transaction = db.begin ();
			dict.set_int ("a", 1);
			transaction.commit ();
		}
		{
			var transaction = db.begin ();
			dict.set_int ("a", 2);
			assert (transaction.is_open ());
		}
		assert (dict.get_int ("a") == 1);
		db.transact (own => {
			own.get_dict ("d").set_int ("a", 3);
			return true;
		});
		try {
			db.transact (own => {
				own.get_dict ("d").set_int ("a", 4);
				throw new IOError.FAILED ("mine");
			});
			assert_not_reached ();
		} catch (IOError.FAILED e) {
			assert (e.message == "mine");
		}
		assert (dict.get_int ("a") == 3);
	} catch (Error e) {
		fine (e);
	}
}

void test_log () {
	try {
		var db = Beaver.Db.open (":memory:");
		var log = db.get_log ("l");
		log.append_json ("{\"a\": 1}");
		log.append_batch ({ new Beaver.LogEntry (1000, "1"), new Beaver.LogEntry (2000, "2") });
		string[] data = {};
		foreach (var entry in log.iterate ())
			data += entry.data;
		assert (string.joinv (" ", data) == "1 2 {\"a\": 1}");
		var range = log.range (1500);
		assert (range.length == 2 && range[0].timestamp == 2000);
		assert (log.range ().length == 3);
		assert (log.iterate (Beaver.LogOrder.NEWEST_FIRST).next () != null);

		var rounds = 0;
		var live = log.live (double.INFINITY, 0.01, window => "%u".printf (window.n_entries));
		foreach (var result in live) {
			assert (result.data == "3");
			if (++rounds == 3)
				break;
		}
		live.close ();
		assert (live.is_closed ());

		var failing = log.live (60, 0.01, window => {
			throw new IOError.FAILED ("mine");
		});
		try {
			failing.next ();
			assert_not_reached ();
		} catch (IOError.FAILED e) {
			assert (e.message.has_suffix ("mine"));
		}
		failing.close ();

		// closing ends the loop of whoever waits
		var tail = log.tail ();
		log.append_string ("last");
		var items = 0;
		var closer = new Thread<bool> ("closer", () => {
			try {
				while (AtomicInt.get (ref items) == 0)
					Thread.yield ();
				db.close ();
			} catch (Error e) {
				fine (e);
			}
			return true;
		});
		try {
			foreach (var entry in tail) {
				assert (entry.data == "\"last\"");
				AtomicInt.inc (ref items);
			}
		} catch (Beaver.Error.CLOSED e) {
			// closed before it waited
		}
		assert (closer.join () && items == 1);
	} catch (Error e) {
		fine (e);
	}
}

void test_channel () {
	try {
		var db = Beaver.Db.open (":memory:");
		var channel = db.get_channel ("c");
		var subscription = channel.subscribe ();
		channel.publish ("1");
		channel.publish_batch ({ "2", "3" });
		string[] got = {};
		foreach (var message in subscription) {
			got += message.json;
			if (got.length == 3)
				break;
		}
		assert (string.joinv (" ", got) == "1 2 3");
		assert (channel.history ().length == 3);
		assert (channel.history (1)[0].json == "3");
		try {
			subscription.next (0);
			assert_not_reached ();
		} catch (Beaver.Error.TIMEOUT e) {
			assert (!subscription.is_closed ());
		}

		var loop = new MainLoop ();
		var timer = Timeout.add_seconds (DEADLINE, () => {
			error ("no message");
		});
		subscription.message.connect (message => {
			assert (message.json == "4");
			loop.quit ();
		});
		channel.publish ("4");
		loop.run ();

		var handler = channel.on ("mine", event => {
			assert (event.payload == "[5]");
			loop.quit ();
		});
		channel.emit_event ("mine", "[5]");
		loop.run ();
		Source.remove (timer);
		handler.off ();
		assert (!handler.active);
		db.close ();
	} catch (Error e) {
		fine (e);
	}
}

void test_list () {
	try {
		var db = Beaver.Db.open (":memory:");
		unowned Beaver.List list = db.get_list ("l");
		list.push_int (1);
		list.push_string ("two");
		list.prepend_json ("[0]");
		string[] got = {};
		foreach (var item in list.items ())
			got += item.value;
		foreach (var item in list.items_backward ())
			got += item.value;
		assert (string.joinv (" ", got) == "[0] 1 \"two\" \"two\" 1 [0]");
		assert (list.lookup_json (7) == null);
		unowned var sketch = db.get_sketch ("s");
		sketch.add_string ("x");
		assert (sketch.contains_string ("x") && sketch.capacity == 1000000);
		db.get_channel ("c").publish ("1");
		var consumer = db.get_channel ("c").open_consumer ("audit");
		foreach (var message in consumer) {
			assert (message.json == "1");
			consumer.ack (message);
			break;
		}
	} catch (Error e) {
		fine (e);
	}
}

void test_lock () {
	try {
		var db = Beaver.Db.open (":memory:");
		var lock_a = db.get_lock ("a");
		{
			var guard = lock_a.hold ();
			assert (guard.held && guard.token > 0 && lock_a.is_locked ());
		}
		assert (!lock_a.is_locked ());
		assert (lock_a.acquire ());
		assert (lock_a.release ());
		assert (db.get_dict ("d").try_acquire ());
	} catch (Error e) {
		fine (e);
	}
}

void test_blobs_and_backup () {
	try {
		var folder = DirUtils.make_tmp ("beaver-vala-XXXXXX");
		var db = Beaver.Db.open (folder + "/x.db");
		unowned var blobs = db.get_blobs ("b");
		var file = File.new_for_path (folder + "/file");
		int64 told = -1;
		var output = blobs.open_write ("k");
		output.write_all ("some bytes".data, null);
		output.close ();
		blobs.export_file ("k", file, (done, total) => told = total);
		assert (told == 10);
		blobs.import_file ("l", file, "{\"w\": 1}");
		assert (blobs.get ("l").compare (new Bytes ("some bytes".data)) == 0);
		assert (blobs.get_metadata ("l") == "{\"w\": 1}");
		var input = new DataInputStream (blobs.open_read ("l"));
		assert (input.read_line () == "some bytes");
		var batch = blobs.create_batch ();
		batch.put ("m", new Bytes ("x".data));
		batch.remove ("l");
		assert (batch.apply () == 2);
		string[] keys = {};
		foreach (var entry in blobs.keys ())
			keys += entry.key;
		assert (string.joinv (" ", keys) == "k m");

		var memory = new MemoryOutputStream.resizable ();
		db.dump (memory, JSON, COMPACT);
		memory.close ();
		db.backup (folder + "/backup.db");
		db.close ();
		var copy = Beaver.Db.open (folder + "/backup.db");
		assert (copy.get_blobs ("b").count () == 2);
		assert (copy.load (new MemoryInputStream.from_bytes (memory.steal_as_bytes ()), JSON, OVERWRITE) == 2);
		foreach (unowned var finding in copy.check (false))
			assert (finding.get_severity () != Beaver.CheckSeverity.ERROR);
		copy.close ();
		remove_folder (folder);
	} catch (Error e) {
		fine (e);
	}
}

async void use_async (Beaver.Db db) {
	try {
		var dict = db.get_dict ("d");
		yield dict.set_string_async ("k", "v");
		assert ((yield dict.get_string_async ("k")) == "v");
		assert ((yield dict.lookup_json_async ("nobody")) == null);
		try {
			yield dict.get_json_async ("nobody");
			assert_not_reached ();
		} catch (Beaver.Error.NOT_FOUND e) {
			assert (e.message.contains ("nobody"));
		}
		yield db.get_log ("l").append_json_async ("1");
		var range = yield db.get_log ("l").range_async ();
		assert (range.length == 1);
		var live = db.get_log ("l").live (60, 60);
		assert ((yield live.next_async ()).data == "[1]");
		var subscription = yield db.get_channel ("c").subscribe_async ();
		yield db.get_channel ("c").publish_async ("7");
		assert ((yield subscription.next_async ()).json == "7");
		var guard = yield db.get_lock ("a").hold_async ();
		yield guard.release_async ();
		var transaction = yield db.begin_async ();
		yield dict.set_int_async ("n", 1);
		yield transaction.commit_async ();
		assert (dict.get_int ("n") == 1);
		var cancelled = new Cancellable ();
		cancelled.cancel ();
		try {
			yield dict.get_json_async ("k", cancelled);
			assert_not_reached ();
		} catch (IOError.CANCELLED e) {
			assert (e.message != "");
		}
		yield db.close_async ();
		assert (db.is_closed ());
	} catch (Error e) {
		fine (e);
	}
}

void test_async () {
	wait (done => {
		Beaver.Db.open_async.begin (":memory:", null, (source, result) => {
			try {
				var db = Beaver.Db.open_async.end (result);
				use_async.begin (db, (s, r) => done (null, null));
			} catch (Error e) {
				fine (e);
			}
		});
	});
}

// One that must end, in success or as closed.
async void endless (Beaver.Db db, int kind) throws Error {
	switch (kind) {
	case 0:
		var subscription = yield db.get_channel ("c").subscribe_async ();
		while ((yield subscription.next_async ()) != null);
		break;
	case 1:
		var tail = yield db.get_log ("l").tail_async ();
		while ((yield tail.next_async ()) != null);
		break;
	case 2:
		var live = db.get_log ("l").live (60, 60);
		while ((yield live.next_async ()) != null);
		break;
	case 3:
		yield db.get_lock ("held").hold_async ();
		break;
	default:
		for (;;)
			yield db.get_dict ("d").increment_async ("n", 1);
	}
}

void test_close () {
	try {
		var factor = double.parse (Environment.get_variable ("BEAVER_TEST_ROUNDS") ?? "1");
		var rounds = int.max (5, (int) (50 * factor));
		for (var round = 0; round < rounds; round++) {
			var folder = DirUtils.make_tmp ("beaver-vala-XXXXXX");
			var path = folder + "/x.db";
			var pending = 0, iterations = 0;
			Beaver.Dict dict;
			Beaver.LockGuard guard;
			Thread<bool>[] workers = {};
			{
				var db = Beaver.Db.open (path);
				dict = db.get_dict ("d");
				guard = db.get_lock ("held").hold ();
				db.get_channel ("c").on ("set", event => {});
				for (var kind = 0; kind < 6; kind++) {
					pending++;
					endless.begin (db, kind, (source, result) => {
						try {
							endless.end (result);
						} catch (Beaver.Error.CLOSED e) {
							// as it should
						} catch (Error e) {
							fine (e);
						}
						pending--;
					});
				}
				for (var i = 0; i < 4; i++) {
					workers += new Thread<bool> ("worker", () => {
						try {
							for (;;) {
								dict.increment ("w", 1);
								AtomicInt.inc (ref iterations);
							}
						} catch (Beaver.Error.CLOSED e) {
							return true;
						} catch (Error e) {
							fine (e);
						}
						return false;
					});
				}
				while (AtomicInt.get (ref iterations) < 20)
					MainContext.@default ().iteration (false);
				if (round % 2 == 0)
					db.close ();
				else
					assert (db.close_full ().connections_closed > 0);
				assert (descriptors (path).length == 0);
				assert (threads ().length == 0);
				closed (() => db.get_dict ("e"));
			}
			for (var i = 0; i < workers.length; i++) {
				var worker = (owned) workers[i];    // join() takes it
				assert (worker.join ());
			}
			while (pending > 0)
				MainContext.@default ().iteration (true);
			assert (!guard.held);
			closed (() => dict.get_json ("w"));
			closed (() => dict.items ());

			// left by its last reference
			{
				var db = Beaver.Db.open (path);
				assert (db.get_dict ("d").get_int ("w") >= AtomicInt.get (ref iterations));
				var tail = db.get_log ("l").tail ();
				tail.start ();
				assert (descriptors (path).length > 0);
			}
			assert (descriptors (path).length == 0);
			assert (threads ().length == 0);
			remove_folder (folder);
		}
	} catch (Error e) {
		fine (e);
	}
}

// What is left out has its usual value, loops know what they go over, and an item outlives the array it came in.
void test_finding () {
	try {
		var db = Beaver.Db.open (":memory:");

		unowned var graph = db.get_graph ("g");
		graph.link ("a", "b", "x");
		graph.link ("b", "c", "x", "{\"w\": 1}");
		var visits = graph.walk ("a");
		var visit = visits[1];
		visits = null;
		assert (visit.ref_count == 1 && visit.node == "c" && visit.depth == 2);
		assert (graph.children ("a").length == 1 && graph.neighbours ("a").length == 1);
		assert (graph.shortest_path ("a", "c").length == 3);
		string[] targets = {};
		foreach (var edge in graph.edges ())
			targets += edge.target;
		assert (string.joinv (" ", targets) == "b c");

		unowned var documents = db.get_documents ("d");
		documents.index ("one", "{\"t\": \"beavers build\", \"n\": 1}");
		documents.index ("two", "{\"t\": \"building dams\", \"n\": 2}");
		var query = new Beaver.Query ();
		query.set_text ("build");
		query.sort ("n");
		var hits = documents.search (query);
		var hit = hits[0];
		hits = null;
		assert (hit.ref_count == 1 && hit.id == "one");
		foreach (var document in documents.items ())
			assert (document.body.contains ("build"));
		assert (documents.get_many ({ "two" })[0].id == "two");

		unowned var vectors = db.get_vectors ("v");
		vectors.set_floats ("here", { 1, 0 });
		vectors.set_floats ("there", { 0, 1 }, "{\"far\": true}");
		var nearest = vectors.near (vectors.get ("here").vector, 1);
		var near = nearest[0];
		nearest = null;
		assert (near.ref_count == 1 && near.id == "here");
		foreach (var item in vectors.items ())
			assert (item.id.has_suffix ("here"));

		unowned var queue = db.get_queue ("q");
		queue.put_json ("1");
		queue.put_job_json ("2", 1, 0, 0, "k");
		foreach (var item in queue.items ())
			assert (item.value == "1" || item.value == "2");
		var jobs = queue.claim_many (1);
		var job = jobs[0];
		jobs = null;
		assert (job.ref_count == 1 && job.value == "1");
		foreach (var claimed in queue.jobs ())
			assert (claimed.id == job.id);
		job.bury ("no");
		foreach (var dead in queue.dead_letters ())
			assert (dead.reason == "no");
		assert (queue.claim ().value == "2");
	} catch (Error e) {
		fine (e);
	}
}

int main (string[] args) {
	Test.init (ref args);
	Test.add_func ("/vala/finding", test_finding);
	Test.add_func ("/vala/dict", test_dict);
	Test.add_func ("/vala/options", test_options);
	Test.add_func ("/vala/transaction", test_transaction);
	Test.add_func ("/vala/log", test_log);
	Test.add_func ("/vala/channel", test_channel);
	Test.add_func ("/vala/list", test_list);
	Test.add_func ("/vala/lock", test_lock);
	Test.add_func ("/vala/blobs-and-backup", test_blobs_and_backup);
	Test.add_func ("/vala/async", test_async);
	Test.add_func ("/vala/close", test_close);
	return Test.run ();
}
