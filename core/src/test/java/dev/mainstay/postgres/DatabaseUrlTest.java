package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://db.example:6000/fleet?sslmode=verify-full&sslrootcert=/etc/ca.pem",
                "postgres://db.example:6000/fleet?sslmode=verify-full&sslrootcert=/etc/ca.pem",
                "jdbc:postgresql://db.example:6000/fleet?sslmode=verify-full&sslrootcert=/etc/ca.pem"
            })
    void every_scheme_means_the_same_and_parameters_pass_through(String text) {
        DatabaseUrl url = DatabaseUrl.parse(text);

        assertThat(url.jdbc())
                .isEqualTo("jdbc:postgresql://db.example:6000/fleet?sslmode=verify-full&sslrootcert=/etc/ca.pem");
        assertThat(url.database()).isEqualTo("fleet");
        assertThat(url.where()).isEqualTo("db.example:6000/fleet");
    }

    @Test
    void several_hosts_mean_the_primary_among_them() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://one,two:5433/fleet");

        assertThat(url.where()).isEqualTo("one:5432,two:5433/fleet");
        assertThat(url.jdbc()).endsWith("?targetServerType=primary");
    }

    @Test
    void several_hosts_of_a_replica_mean_a_standby_among_them() {
        assertThat(DatabaseUrl.parseReplica("postgresql://one,two/fleet").jdbc())
                .endsWith("?targetServerType=preferSecondary");
    }

    @Test
    void a_target_server_that_is_named_stays() {
        assertThat(DatabaseUrl.parse("postgresql://one,two/fleet?targetServerType=preferSecondary")
                        .jdbc())
                .doesNotContain("primary");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://ann:p%40ss%2Fw+rd@host/fleet",
                "jdbc:postgresql://host/fleet?user=ann&password=p%40ss%2Fw%2Brd"
            })
    void user_and_password_leave_the_url_and_are_never_printed(String text) {
        DatabaseUrl url = DatabaseUrl.parse(text);

        assertThat(url.login()).isEqualTo(new Login("ann", "p@ss/w+rd"));
        assertThat(url.jdbc()).isEqualTo("jdbc:postgresql://host/fleet");
        assertThat(url + " " + url.login()).doesNotContain("p@ss").doesNotContain("p%40");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mysql://host/fleet", "host:5432", "", "postgresql://secret:word@host:port/fleet"})
    void what_is_no_url_is_refused_without_repeating_it(String text) {
        assertThatThrownBy(() -> DatabaseUrl.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("database.url must")
                .hasMessageNotContaining("word");
    }

    @Test
    void a_url_without_a_database_is_refused() {
        assertThatThrownBy(() -> DatabaseUrl.parse("postgresql://host:5432/"))
                .hasMessageStartingWith("database.url must name a database");
    }
}
