// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A to-do list for several terminals: the program of the tutorial.
//
//     todo add TITLE | done N | undo | list | stats | remind N SECONDS | watch

// [task]
class Task : Object {
	public string title { get; set; }
	public bool done { get; set; }
}
// [task]

// [todo]
class Todo {
	Beaver.Db db;
	unowned Beaver.Dict tasks;       // "000001" -> {"title": "buy milk", "done": false}
	unowned Beaver.Dict counters;    // the last number
	unowned Beaver.List undone;      // the numbers of what was done
	unowned Beaver.Log history;      // what was done, by time
	unowned Beaver.Queue reminders;  // what to say later

	public Todo (string path) throws Error {
		db = Beaver.Db.open (path);
		tasks = db.get_dict ("tasks");
		counters = db.get_dict ("counters");
		undone = db.get_list ("undo");
		history = db.get_log ("history");
		reminders = db.get_queue ("reminders");
	}

	public void close () {
		try {
			db.close ();
		} catch (Error e) {
			warning ("%s", e.message);
		}
	}
// [todo]

	// [add]
	static string to_key (int64 number) {
		return "%06lld".printf (number);
	}

	public void add (string title) throws Error {
		var number = counters.increment ("task", 1);
		var task = new Task ();
		task.title = title;
		tasks.set_object (to_key (number), task);
	}
	// [add]

	// [list]
	public void list () throws Error {
		foreach (var entry in tasks.items ()) {
			var task = (Task) Beaver.json_to_object (entry.value, typeof (Task));
			print ("%3d [%c] %s\n", int.parse (entry.key), task.done ? 'x' : ' ', task.title);
		}
	}
	// [list]

	// [done]
	void set_done (string key, bool done) throws Error {
		var task = (Task) tasks.get_object (key, typeof (Task));
		task.done = done;
		tasks.set_object (key, task);
	}

	public void done (string number) throws Error {
		var key = to_key (int.parse (number));
		var change = db.begin ();
		set_done (key, true);
		undone.push_string (key);
		history.append_string (key);
		change.commit ();
	} // what is thrown before the commit rolls back
	// [done]

	// [undo]
	public void undo () throws Error {
		var change = db.begin ();
		var json = undone.pop_json ();
		if (json == null) {
			print ("nothing to undo\n");
			return;
		}
		set_done (Beaver.json_to_string (json), false);
		change.commit ();
	}
	// [undo]

	// [stats]
	public void stats () throws Error {
		var week = history.count_range (get_real_time () / 1e6 - 7 * 24 * 3600);
		print ("%lld done in the last seven days\n", week);
	}
	// [stats]

	// [remind]
	public void remind (string number, string seconds) throws Error {
		var key = to_key (int.parse (number));
		reminders.put_job_json (Beaver.json_from_string (key), 0, double.parse (seconds), 0, key,
		                        Beaver.UniquePolicy.REPLACE);
	}
	// [remind]

	// [watch]
	void show () {
		try {
			print ("--\n");
			list ();
		} catch (Error e) {
			warning ("%s", e.message);
		}
	}

	public async void watch () throws Error {
		var stop = new Cancellable ();
		var interrupt = Unix.signal_add (2, () => {
			stop.cancel ();
			return Source.CONTINUE;
		});
		list ();
		var handler = tasks.on ("set", event => show ());
		try {
			while (true) {
				var job = yield reminders.claim_async (60, -1, stop);
				var key = Beaver.json_to_string (job.value);
				print ("remember task %d!\n", int.parse (key));
				yield job.ack_async ();
			}
		} catch (IOError.CANCELLED e) {
			// that was Ctrl-C
		} finally {
			handler.off ();
			Source.remove (interrupt);
		}
	}
	// [watch]
}

// [main]
void run (Todo todo, string[] words) throws Error {
	var verb = words.length > 1 ? words[1] : "list";
	var n = words.length - 2;
	if (n == 1 && verb == "add")
		todo.add (words[2]);
	else if (n == 1 && verb == "done")
		todo.done (words[2]);
	else if (n == 2 && verb == "remind")
		todo.remind (words[2], words[3]);
	else if (n == 0 && verb == "undo")
		todo.undo ();
	else if (n == 0 && verb == "stats")
		todo.stats ();
	else if (n <= 0 && verb == "list")
		todo.list ();
	else if (n == 0 && verb == "watch") {
		var loop = new MainLoop ();
		Error? failed = null;
		todo.watch.begin ((source, result) => {
			try {
				todo.watch.end (result);
			} catch (Error e) {
				failed = e;
			}
			loop.quit ();
		});
		loop.run ();
		if (failed != null)
			throw failed;
	} else
		throw new IOError.INVALID_ARGUMENT (
			"usage: todo add TITLE | done N | undo | list | stats | remind N SECONDS | watch");
}

int main (string[] words) {
	Intl.setlocale (); // for titles in any language
	try {
		var todo = new Todo (Environment.get_variable ("TODO_DB") ?? "todo.db");
		try {
			run (todo, words);
		} finally {
			todo.close (); // callbacks of its own refer to it, so that it may live longer than this block
		}
		return 0;
	} catch (Error e) {
		printerr ("%s\n", e.message);
		return 1;
	}
}
// [main]
