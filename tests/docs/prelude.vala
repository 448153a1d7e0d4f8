// SPDX-License-Identifier: LGPL-2.1-or-later
// What the fragments in the documentation use without saying where it comes from.
class Fragment : Object {
	public Beaver.Db db;
	public unowned Beaver.Dict settings;
	public unowned Beaver.Dict accounts;
	public unowned Beaver.Log visits;
	public unowned Beaver.Channel news;
	public unowned Beaver.List tasks;
	public unowned Beaver.Lock lock;
	public unowned Beaver.Sketch seen;
	public unowned Beaver.Documents articles;
	public unowned Beaver.Graph people;

	public void write_report () {
	}

	public void send_mail (string json) {
	}

	public void handle (Beaver.Message message) {
	}

	public async void fragment () throws Error {
/* BLOCK */
	}
}
