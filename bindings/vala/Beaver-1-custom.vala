// SPDX-FileCopyrightText: 2026 The libbeaver authors
// SPDX-License-Identifier: LGPL-2.1-or-later
// What makes foreach work: cursors and streams give themselves, item by item, until there is none. The rest stands in
// Beaver-1.metadata; after a change of only that, remove beaver-1.vapi from the build.

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
	// a cursor over what a collection of documents holds
	[CCode (cname = "BeaverCursor", cheader_filename = "beaver/beaver.h", type_id = "beaver_cursor_get_type ()")]
	public class DocumentItems : Beaver.Cursor {
		[CCode (has_construct_function = false)]
		protected DocumentItems ();
		[CCode (cname = "g_object_ref")]
		public Beaver.DocumentItems iterator ();
		[CCode (cname = "beaver_vala_next_document", cheader_filename = "beaver-vala.h")]
		public Beaver.Document? next_value () throws GLib.Error;
	}
	// a cursor over what a graph holds
	[CCode (cname = "BeaverCursor", cheader_filename = "beaver/beaver.h", type_id = "beaver_cursor_get_type ()")]
	public class Edges : Beaver.Cursor {
		[CCode (has_construct_function = false)]
		protected Edges ();
		[CCode (cname = "g_object_ref")]
		public Beaver.Edges iterator ();
		[CCode (cname = "beaver_vala_next_edge", cheader_filename = "beaver-vala.h")]
		public Beaver.Edge? next_value () throws GLib.Error;
	}
	// a cursor over what a queue, as jobs, holds
	[CCode (cname = "BeaverCursor", cheader_filename = "beaver/beaver.h", type_id = "beaver_cursor_get_type ()")]
	public class Jobs : Beaver.Cursor {
		[CCode (has_construct_function = false)]
		protected Jobs ();
		[CCode (cname = "g_object_ref")]
		public Beaver.Jobs iterator ();
		[CCode (cname = "beaver_vala_next_job", cheader_filename = "beaver-vala.h")]
		public Beaver.Job? next_value () throws GLib.Error;
	}
	// a cursor over what a queue holds
	[CCode (cname = "BeaverCursor", cheader_filename = "beaver/beaver.h", type_id = "beaver_cursor_get_type ()")]
	public class QueueItems : Beaver.Cursor {
		[CCode (has_construct_function = false)]
		protected QueueItems ();
		[CCode (cname = "g_object_ref")]
		public Beaver.QueueItems iterator ();
		[CCode (cname = "beaver_vala_next_queue_item", cheader_filename = "beaver-vala.h")]
		public Beaver.QueueItem? next_value () throws GLib.Error;
	}
	// a cursor over what a collection of vectors holds
	[CCode (cname = "BeaverCursor", cheader_filename = "beaver/beaver.h", type_id = "beaver_cursor_get_type ()")]
	public class VectorItems : Beaver.Cursor {
		[CCode (has_construct_function = false)]
		protected VectorItems ();
		[CCode (cname = "g_object_ref")]
		public Beaver.VectorItems iterator ();
		[CCode (cname = "beaver_vala_next_vector_hit", cheader_filename = "beaver-vala.h")]
		public Beaver.VectorHit? next_value () throws GLib.Error;
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
