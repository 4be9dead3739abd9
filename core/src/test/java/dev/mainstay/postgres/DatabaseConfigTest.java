package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DatabaseConfigTest {
    private static DatabaseConfig.Builder config() {
        return DatabaseConfig.at("postgresql://localhost/fleet").owner("owner", "secret");
    }

    @Test
    void every_node_derives_the_same_passwords_and_none_is_the_owners() {
        DatabaseConfig one = config().node("one").build();
        DatabaseConfig two = config().node("two").build();

        assertThat(one.engine()).isEqualTo(two.engine());
        assertThat(one.engine().password())
                .hasSize(64)
                .isNotEqualTo(one.api().password())
                .doesNotContain("secret");
    }

    @Test
    void a_password_that_no_variable_gave_is_told_at_once() {
        assertThatThrownBy(() -> DatabaseConfig.at("postgresql://localhost/fleet")
                        .owner("shop", System.getenv("MAINSTAY_TEST_UNSET")))
                .hasMessage("the password of database user shop is null; is the environment variable set from which it"
                        + " comes?");
    }

    @Test
    void no_password_is_ever_printed() {
        DatabaseConfig config = config().build();

        assertThat(config.toString())
                .doesNotContain("secret")
                .doesNotContain(config.engine().password())
                .doesNotContain(config.api().password());
    }

    @Test
    void an_owner_without_password_needs_the_other_two_to_be_given() {
        assertThatThrownBy(() -> DatabaseConfig.at("postgresql://localhost/fleet")
                        .owner("owner", "")
                        .build())
                .hasMessageContaining("mainstay_engine must be given");
    }

    @Test
    void without_owner_both_roles_must_be_given() {
        assertThatThrownBy(
                        () -> DatabaseConfig.at("postgresql://localhost/fleet").build())
                .hasMessageContaining("database.user and database.password are needed");
    }

    @Test
    void one_role_cannot_be_two() {
        assertThatThrownBy(() -> config().roles("same", "same").build()).hasMessageContaining("must be two roles");
        assertThatThrownBy(() -> config().roles("owner", "api").build()).hasMessageContaining("owns the tables");
    }

    @Test
    void names_that_would_need_quoting_are_refused() {
        assertThatThrownBy(() -> config().schema("Fleet\"; DROP").build()).hasMessageContaining("database.schema must");
        assertThatThrownBy(() -> config().roles("a b", "c").build()).hasMessageContaining("database.engine.user must");
    }

    @Test
    void pools_are_never_empty_and_sockets_outlast_statements() {
        assertThatThrownBy(() -> config().poolSizes(2, 0, 6).build())
                .hasMessage("database.pools.engine must be at least 1, was 0");
        assertThat(PoolConfig.API.withStatementTimeout(Duration.ofSeconds(60)).socket())
                .isEqualTo(Duration.ofSeconds(65));
    }
}
