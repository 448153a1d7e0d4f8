// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
// What makes foreach work: cursors and streams give themselves, item by item, until there is none.

namespace Beaver {
	public class Cursor : GLib.Object {
		[CCode (cname = "g_object_ref")]
		public Beaver.Cursor iterator ();
		[CCode (cname = "beaver_vala_next_object", cheader_filename = "beaver-vala.h")]
		public GLib.Object? next_value () throws GLib.Error;
	}
	// a cursor over what a dict holds
	[CCode (cname = "BeaverCursor", cheader_filename = "beaver/beaver.h", type_id = "beaver_cursor_get_type ()")]
	public class Entries : Beaver.Cursor {
		[CCode (has_construct_function = false)]
		protected Entries ();
		[CCode (cname = "g_object_ref")]
		public Beaver.Entries iterator ();
		[CCode (cname = "beaver_vala_next_entry", cheader_filename = "beaver-vala.h")]
		public Beaver.Entry? next_value () throws GLib.Error;
	}
	// a cursor over what a list holds
	[CCode (cname = "BeaverCursor", cheader_filename = "beaver/beaver.h", type_id = "beaver_cursor_get_type ()")]
	public class ListItems : Beaver.Cursor {
		[CCode (has_construct_function = false)]
		protected ListItems ();
		[CCode (cname = "g_object_ref")]
		public Beaver.ListItems iterator ();
		[CCode (cname = "beaver_vala_next_list_item", cheader_filename = "beaver-vala.h")]
		public Beaver.ListItem? next_value () throws GLib.Error;
	}
	// a cursor over what a log holds
	[CCode (cname = "BeaverCursor", cheader_filename = "beaver/beaver.h", type_id = "beaver_cursor_get_type ()")]
	public class LogEntries : Beaver.Cursor {
		[CCode (has_construct_function = false)]
		protected LogEntries ();
		[CCode (cname = "g_object_ref")]
		public Beaver.LogEntries iterator ();
		[CCode (cname = "beaver_vala_next_log_entry", cheader_filename = "beaver-vala.h")]
		public Beaver.LogEntry? next_value () throws GLib.Error;
	}
	public class LiveIterator : GLib.Object {
		[CCode (cname = "g_object_ref")]
		public Beaver.LiveIterator iterator ();
		[CCode (cname = "beaver_vala_next_live", cheader_filename = "beaver-vala.h")]
		public Beaver.LogEntry? next_value () throws GLib.Error;
	}
	public class Subscription : GLib.Object {
		[CCode (cname = "g_object_ref")]
		public Beaver.Subscription iterator ();
		[CCode (cname = "beaver_vala_next_message", cheader_filename = "beaver-vala.h")]
		public Beaver.Message? next_value () throws GLib.Error;
	}
	public class Consumer : GLib.Object {
		[CCode (cname = "g_object_ref")]
		public Beaver.Consumer iterator ();
		[CCode (cname = "beaver_vala_next_consumed", cheader_filename = "beaver-vala.h")]
		public Beaver.Message? next_value () throws GLib.Error;
	}
}
