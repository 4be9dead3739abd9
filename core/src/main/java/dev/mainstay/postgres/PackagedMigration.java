package dev.mainstay.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.flywaydb.core.api.resource.LoadableResource;

/// A migration this program brings: `V2__what_it_does.sql` and its text.
///
/// Immutable and thread-safe.
record PackagedMigration(int version, String description, String file, String sql) {
    private static final String FOLDER = "/dev/mainstay/migration/";

    /// In order. A test holds this list against the folder, so that nobody has to scan a class path at start.
    static final List<PackagedMigration> ALL = List.of(
            read("V1__house.sql"),
            read("V2__tasks.sql"),
            read("V3__task_enqueueing.sql"),
            read("V4__task_leases.sql"),
            read("V5__task_steps.sql"),
            read("V6__task_commands.sql"),
            read("V7__schedules.sql"),
            read("V8__messages.sql"),
            read("V9__alerts.sql"),
            read("V10__recovery.sql"),
            read("V11__anomalies.sql"),
            read("V12__slos.sql"));

    private static PackagedMigration read(String file) {
        try (InputStream stream = PackagedMigration.class.getResourceAsStream(FOLDER + file)) {
            if (stream == null) {
                throw new IllegalStateException("migration " + file + " is missing from this build");
            }
            int underscores = file.indexOf("__");
            return new PackagedMigration(
                    Integer.parseInt(file.substring(1, underscores)),
                    file.substring(underscores + 2, file.length() - ".sql".length())
                            .replace('_', ' '),
                    file,
                    new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int newest() {
        return ALL.getLast().version();
    }

    /// The checksum Flyway stores: CRC-32 over the lines without their ends.
    int checksum() {
        CRC32 crc = new CRC32();
        new BufferedReader(new StringReader(sql))
                .lines()
                .forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
        return (int) crc.getValue();
    }

    /// The SQL as it is sent, for reading.
    String filled(Map<String, String> placeholders) {
        String filled = sql;
        for (Map.Entry<String, String> placeholder : placeholders.entrySet()) {
            filled = filled.replace("${" + placeholder.getKey() + "}", placeholder.getValue());
        }
        return filled;
    }

    LoadableResource resource() {
        return new LoadableResource() {
            @Override
            public Reader read() {
                return new StringReader(sql);
            }

            @Override
            public String getAbsolutePath() {
                return FOLDER.substring(1) + file;
            }

            @Override
            public String getAbsolutePathOnDisk() {
                return getAbsolutePath();
            }

            @Override
            public String getFilename() {
                return file;
            }

            @Override
            public String getRelativePath() {
                return getAbsolutePath();
            }
        };
    }
}
