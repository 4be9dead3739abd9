package dev.mainstay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.postgres.Database;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(MainstayExtension.class)
class MainstayExtensionFlowTest {
    /// Each test adds the one it was given.
    private static final Set<TestDatabase> GIVEN = new HashSet<>();

    @Test
    void every_parameter_speaks_of_one_database(TestDatabase test, Database database, Fleet fleet) {
        GIVEN.add(test);
        assertThat(database).isSameAs(test.database()).isSameAs(fleet.database());
    }

    @Test
    void the_database_is_migrated(TestDatabase test, Database database) {
        GIVEN.add(test);
        int agents = database.read(handle -> handle.createQuery("SELECT count(*) FROM agents")
                .mapTo(Integer.class)
                .one());
        assertThat(agents).isNotNegative();
    }

    @Test
    void agents_can_be_added_to_the_fleet_while_it_runs(Fleet fleet) throws InterruptedException {
        CountDownLatch ticked = new CountDownLatch(1);
        fleet.add(AgentSpec.builder("late").every(Duration.ofMillis(20)).build(), spec -> context -> {
            ticked.countDown();
            return WorkResult.nothing();
        });
        assertThat(ticked.await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Nested
    class Inside {
        @Test
        void a_nested_class_is_given_one_too(TestDatabase test) {
            GIVEN.add(test);
            assertThat(test.database().isAvailable()).isTrue();
        }
    }

    @AfterAll
    static void all_were_given_the_same_and_it_is_open_until_the_end(TestDatabase test) {
        GIVEN.add(test);
        assertThat(GIVEN).hasSize(1);
        assertThat(test.database().isAvailable()).isTrue();
    }
}
