package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Reads the catalog, so that a table added tomorrow is held to the same rules.
class SchemaFlowTest {
    // Of no organization: who runs, who leads, what is due. None holds anything of a tenant.
    private static final Set<String> INFRASTRUCTURE = Set.of(
            "node_sessions",
            "duties",
            "rollup_pending",
            "telemetry_flushes",
            "anomaly_passes",
            "flyway_schema_history");
    // Looked up before the organization is known, and the name of an organization among all of them.
    private static final Set<String> UNIQUE_ACROSS_ORGANIZATIONS = Set.of("api_keys_id", "organizations_name_key");

    private static TestDatabase test;
    private static Connection superuser;

    @BeforeAll
    static void open() throws SQLException {
        test = TestDatabase.create();
        new Partitions(test.database()).maintain(Retention.DEFAULT);
        superuser = test.superuser();
    }

    @AfterAll
    static void close() throws SQLException {
        superuser.close();
        test.close();
    }

    private static List<String> names(String sql) throws SQLException {
        try (Statement statement = superuser.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> names = new ArrayList<>();
            while (rows.next()) {
                names.add(rows.getString(1));
            }
            return names;
        }
    }

    @Test
    void every_table_but_infrastructure_belongs_to_an_organization() throws SQLException {
        assertThat(names("""
                        SELECT relname FROM pg_class c
                        WHERE relnamespace = 'mainstay'::regnamespace AND relkind IN ('r', 'p')
                          AND NOT EXISTS (SELECT FROM pg_attribute a
                                          WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND a.attnotnull)
                        """)).isSubsetOf(INFRASTRUCTURE);
    }

    @Test
    void every_tenant_table_and_partition_forces_row_level_security_but_the_days_rows_are_copied_into()
            throws SQLException {
        assertThat(names("""
                        SELECT relname FROM pg_class c
                        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
                        WHERE relnamespace = 'mainstay'::regnamespace AND relkind IN ('r', 'p')
                          AND NOT (relrowsecurity AND relforcerowsecurity)
                          AND relname !~ '^(performance_metrics|agent_heartbeats)_[0-9]{8}$'
                        """)).isEmpty();
    }

    @Test
    void every_tenant_table_has_its_three_policies_and_a_partition_none() throws SQLException {
        assertThat(names("""
                        SELECT c.relname || ' ' || count(p.polname) FROM pg_class c
                        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
                        LEFT JOIN pg_policy p ON p.polrelid = c.oid
                        WHERE relnamespace = 'mainstay'::regnamespace AND relkind IN ('r', 'p')
                        GROUP BY c.relname, c.relispartition
                        HAVING count(p.polname) <> CASE WHEN c.relispartition THEN 0 ELSE 3 END
                        """)).isEmpty();
    }

    @Test
    void nobody_but_the_owner_may_read_or_change_a_partition() throws SQLException {
        assertThat(names("""
                        SELECT grantee || ' ' || privilege_type || ' ' || table_name
                        FROM information_schema.role_table_grants g
                        JOIN pg_class c ON c.relname = g.table_name AND c.relnamespace = 'mainstay'::regnamespace
                        WHERE table_schema = 'mainstay' AND c.relispartition AND grantee <> current_user
                          AND NOT (grantee = 'mainstay_engine' AND privilege_type = 'INSERT')
                        """)).isEmpty();
    }

    @Test
    void the_organization_leads_every_primary_key_and_unique_index() throws SQLException {
        assertThat(names("""
                        SELECT index.relname FROM pg_index i
                        JOIN pg_class index ON index.oid = i.indexrelid
                        JOIN pg_class c ON c.oid = i.indrelid
                        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
                        WHERE c.relnamespace = 'mainstay'::regnamespace AND i.indisunique AND i.indkey[0] <> a.attnum
                        """)).isSubsetOf(UNIQUE_ACROSS_ORGANIZATIONS);
    }

    @Test
    void functions_that_run_as_the_owner_fix_their_search_path() throws SQLException {
        assertThat(names("""
                        SELECT proname FROM pg_proc
                        WHERE pronamespace = 'mainstay'::regnamespace AND prosecdef
                          AND NOT EXISTS (SELECT FROM unnest(proconfig) AS setting
                                          WHERE setting = 'search_path=mainstay, pg_temp')
                        """)).isEmpty();
    }

    @Test
    void of_functions_that_run_as_the_owner_a_request_may_call_the_named_ones_alone() throws SQLException {
        assertThat(names("""
                        SELECT proname FROM pg_proc p
                        WHERE pronamespace = 'mainstay'::regnamespace AND prosecdef
                          AND has_function_privilege('mainstay_api', p.oid, 'EXECUTE')
                        """))
                .containsExactlyInAnyOrder("agent_command", "agent_remove", "node_drain", "node_undrain", "key_lookup");
    }

    @Test
    void views_see_no_more_than_who_asks() throws SQLException {
        assertThat(names("""
                        SELECT relname FROM pg_class
                        WHERE relnamespace = 'mainstay'::regnamespace AND relkind IN ('v', 'm')
                          AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)
                        """)).isEmpty();
    }

    @Test
    void the_api_role_cannot_read_the_hash_of_a_key() throws SQLException {
        assertThat(names(
                        "SELECT 'yes' WHERE has_column_privilege('mainstay_api', 'api_keys', 'secret_hash', 'SELECT')"))
                .isEmpty();
    }
}
