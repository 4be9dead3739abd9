package dev.mainstay.postgres;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/// Where a database is: `jdbc:postgresql://h1:5432,h2/db?sslmode=verify-full`, or the same as `postgresql://…`, where a
/// user and password may stand before the hosts. Everything after the question mark goes to the driver as it is.
///
/// Immutable and thread-safe. Holds no password outside of [#login], and never prints one.
public record DatabaseUrl(
        String jdbc,
        String database,
        String where,
        @Nullable Login login) {
    private static final String JDBC = "jdbc:postgresql:";

    /// Several hosts mean the primary among them, unless `targetServerType` says otherwise.
    public static DatabaseUrl parse(String text) {
        return parse(text, "primary");
    }

    /// Several hosts mean any standby among them, and the primary when there is none.
    static DatabaseUrl parseReplica(String text) {
        return parse(text, "preferSecondary");
    }

    private static DatabaseUrl parse(String text, String target) {
        String url = text.trim();
        String rest = withoutScheme(url);
        Login login = null;
        int slashes = rest.startsWith("//") ? 2 : 0;
        int at = rest.lastIndexOf('@', authorityEnd(rest, slashes));
        if (slashes > 0 && at >= slashes) {
            login = login(rest.substring(slashes, at));
            rest = "//" + rest.substring(at + 1);
        }
        Properties parsed = Driver.parseURL(JDBC + rest, null);
        if (parsed == null) {
            throw unusable();
        }
        login = loginOf(parsed, login);
        rest = withoutCredentials(rest);
        String hosts = parsed.getProperty("PGHOST", "localhost");
        String ports = parsed.getProperty("PGPORT", "5432");
        String database = parsed.getProperty("PGDBNAME");
        if (database == null || database.isEmpty()) {
            throw new IllegalArgumentException(
                    "database.url must name a database, as in postgresql://localhost:5432/mainstay");
        }
        if (hosts.contains(",")
                && PGProperty.TARGET_SERVER_TYPE.getOrDefault(parsed).equals("any")) {
            rest += (rest.contains("?") ? "&" : "?") + "targetServerType=" + target;
        }
        return new DatabaseUrl(JDBC + rest, database, where(hosts, ports) + "/" + database, login);
    }

    private static String withoutScheme(String url) {
        for (String scheme : new String[] {JDBC, "postgresql:", "postgres:"}) {
            if (url.startsWith(scheme)) {
                return url.substring(scheme.length());
            }
        }
        throw unusable();
    }

    // The text is not repeated: it may hold a password.
    private static IllegalArgumentException unusable() {
        return new IllegalArgumentException(
                "database.url must look like postgresql://host:5432/database or jdbc:postgresql://host1,host2/database?sslmode=verify-full");
    }

    private static int authorityEnd(String rest, int from) {
        int end = rest.length();
        for (char stop : new char[] {'/', '?'}) {
            int index = rest.indexOf(stop, from);
            end = index < 0 ? end : Math.min(end, index);
        }
        return end;
    }

    private static Login login(String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
        String password = colon < 0 ? "" : userInfo.substring(colon + 1);
        return new Login(decode(user), decode(password));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static @Nullable Login loginOf(Properties parsed, @Nullable Login before) {
        String user = parsed.getProperty("user");
        return user == null ? before : new Login(user, parsed.getProperty("password", ""));
    }

    private static String withoutCredentials(String rest) {
        int question = rest.indexOf('?');
        if (question < 0) {
            return rest;
        }
        String kept = Arrays.stream(rest.substring(question + 1).split("&"))
                .filter(parameter -> !parameter.isEmpty())
                .filter(parameter -> !parameter.startsWith("user=") && !parameter.startsWith("password="))
                .collect(Collectors.joining("&"));
        return rest.substring(0, question) + (kept.isEmpty() ? "" : "?" + kept);
    }

    private static String where(String hosts, String ports) {
        String[] names = hosts.split(",", -1);
        String[] numbers = ports.split(",", -1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < names.length; i++) {
            text.append(i == 0 ? "" : ",")
                    .append(names[i])
                    .append(':')
                    .append(numbers[Math.min(i, numbers.length - 1)]);
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return where;
    }
}
