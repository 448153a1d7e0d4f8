// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// [use]
void use_database (string path) throws Error {
	var db = Beaver.Db.open (path);

	unowned var settings = db.get_dict ("settings");
	settings.set_string ("theme", "dark");
	settings.increment ("visits", 1);
	foreach (var entry in settings.items ())
		print ("%s = %s\n", entry.key, entry.value);

	unowned var log = db.get_log ("visits");
	log.append_json ("{\"page\": \"/\", \"ms\": 12}");

	// the last minute, once a second; here, the first one
	foreach (var minute in log.live (60, 1, window => "%u".printf (window.n_entries))) {
		print ("%s in the last minute\n", minute.data);
		break;
	}
} // here all connections are closed and all background threads are stopped
// [use]

int main (string[] args) {
	try {
		use_database (args.length > 1 ? args[1] : "my_app.db");
		return 0;
	} catch (Error e) {
		printerr ("%s\n", e.message);
		return 1;
	}
}
