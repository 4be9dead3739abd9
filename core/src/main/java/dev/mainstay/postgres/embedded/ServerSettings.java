package dev.mainstay.postgres.embedded;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What stands in `postgresql.conf`: defaults for a server that shares its machine with one program, then what
/// was asked for. The file is written anew at each start, so that what runs is what is configured.
///
/// Immutable and thread-safe.
record ServerSettings(SortedMap<String, String> values) {
    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_.]*");
    /// Where the server can be reached and where it keeps its files is decided here alone.
    private static final Set<String> OURS = Set.of(
            "port",
            "listen_addresses",
            "unix_socket_directories",
            "data_directory",
            "hba_file",
            "ident_file",
            "config_file",
            "external_pid_file");
    /// `max_wal_size` keeps a burst of writes from forcing checkpoints; no socket, since the password guards TCP
    /// alike and a socket's path must stay below 108 characters; the log keeps one time zone whatever the
    /// machine has.
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("listen_addresses", EmbeddedPostgres.HOST),
            Map.entry("unix_socket_directories", ""),
            Map.entry("max_connections", "100"),
            Map.entry("shared_buffers", "256MB"),
            Map.entry("max_wal_size", "2GB"),
            Map.entry("password_encryption", "scram-sha-256"),
            Map.entry("jit", "off"),
            Map.entry("timezone", "UTC"),
            Map.entry("log_timezone", "UTC"),
            Map.entry("log_line_prefix", "%m [%p] %q%a "),
            Map.entry("lc_messages", "C"),
            Map.entry("default_text_search_config", "pg_catalog.english"));

    static ServerSettings of(Map<String, String> wanted) {
        var values = new TreeMap<>(DEFAULTS);
        wanted.forEach((name, value) -> {
            if (OURS.contains(name) || !NAME.matcher(name).matches()) {
                throw new MainstayException(
                        ErrorCode.CONFIG_INVALID,
                        "the embedded PostgreSQL takes no setting '%s'".formatted(name)
                                + (OURS.contains(name) ? "; Mainstay sets it itself" : ""));
            }
            values.put(name, value);
        });
        return new ServerSettings(values);
    }

    /// The whole file, for a server on `port`.
    String render(int port) {
        var text = new StringBuilder("# Written by Mainstay at each start; changes made here are lost.\n");
        text.append("port = ").append(port).append('\n');
        values.forEach((name, value) -> text.append(name)
                .append(" = '")
                .append(value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n"))
                .append("'\n"));
        return text.toString();
    }
}
