package dev.mainstay.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinariesFlowTest {
    @TempDir
    Path cache;

    @Test
    void programs_are_unpacked_once_and_again_when_a_file_is_missing_and_old_ones_go() throws Exception {
        var binaries = Binaries.unpackedIn(cache);
        assertThat(binaries.major()).isEqualTo("18");
        var program = Path.of(binaries.program("initdb"));
        var unpackedAt = Files.getLastModifiedTime(program);
        assertThat(Binaries.unpackedIn(cache)).isEqualTo(binaries);
        assertThat(Files.getLastModifiedTime(program)).isEqualTo(unpackedAt);

        Files.delete(program);
        assertThat(Binaries.unpackedIn(cache)).isEqualTo(binaries);
        assertThat(program).isExecutable();

        Files.createDirectories(cache.resolve("bin-of-an-older-version/lib"));
        binaries.removeOthers();
        try (var left = Files.list(cache)) {
            assertThat(left).containsExactly(binaries.folder());
        }
    }

    @Test
    void archives_are_named_after_system_and_processor() {
        assertThat(BinariesArchive.names("Linux", "amd64", false)).containsExactly("postgres-linux-x86_64.txz");
        assertThat(BinariesArchive.names("Linux", "aarch64", false)).containsExactly("postgres-linux-arm_64.txz");
        assertThat(BinariesArchive.names("Mac OS X", "aarch64", false)).containsExactly("postgres-darwin-arm_64.txz");
        assertThat(BinariesArchive.names("Linux", "amd64", true))
                .containsExactly("postgres-linux-x86_64-alpine_linux.txz");
    }
}
