package dev.mainstay.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTokenFlowTest {
    @TempDir
    private Path data;

    private TestDatabase test;
    private KeyStore store;

    @BeforeEach
    void open() {
        test = TestDatabase.create();
        store = new KeyStore(test.database());
    }

    @AfterEach
    void close() {
        test.close();
    }

    @Test
    void the_first_start_makes_an_admin_key_and_leaves_it_for_its_owner_alone() throws IOException {
        KeyToken made = AdminToken.onFirstStart(store, data).orElseThrow();

        Path file = AdminToken.file(data);
        assertThat(Files.readString(file).strip()).isEqualTo(made.reveal());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(new KeyCheck(store)
                        .caller("Bearer " + made.reveal())
                        .orElseThrow()
                        .role())
                .isEqualTo(Role.ADMIN);
    }

    @Test
    void the_next_start_has_nothing_to_show() {
        AdminToken.onFirstStart(store, data);

        assertThat(AdminToken.onFirstStart(store, data)).isEmpty();
    }

    @Test
    void a_second_node_with_a_folder_of_its_own_makes_no_second_key(@TempDir Path other) {
        AdminToken.onFirstStart(store, data);

        assertThat(AdminToken.onFirstStart(store, other)).isEmpty();
        assertThat(AdminToken.file(other)).doesNotExist();
    }

    @Test
    void a_key_of_another_database_in_the_folder_is_replaced() throws IOException {
        Files.writeString(AdminToken.file(data), KeyToken.random().reveal() + "\n");

        Optional<KeyToken> made = AdminToken.onFirstStart(store, data);

        assertThat(made).isPresent();
        assertThat(AdminToken.read(AdminToken.file(data))).isEqualTo(made);
    }

    @Test
    void a_lost_key_is_replaced_and_the_old_one_goes_on_working() throws IOException {
        KeyToken first = AdminToken.onFirstStart(store, data).orElseThrow();
        Files.delete(AdminToken.file(data));

        KeyToken second = AdminToken.replace(store, data);

        assertThat(store.working(first.id())).isPresent();
        assertThat(store.working(second.id())).isPresent();
    }

    @Test
    void no_key_prints_its_secret() {
        KeyToken token = KeyToken.random();

        assertThat(token.toString()).contains(token.id()).doesNotContain(token.secret());
        assertThat(KeyToken.parse(token.reveal())).contains(token);
    }
}
