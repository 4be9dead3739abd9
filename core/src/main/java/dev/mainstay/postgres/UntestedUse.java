package dev.mainstay.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.concurrent.locks.ReentrantLock;

/// Opens pools that lend a connection untested when it was used less than three seconds ago.
///
/// A pool tests what was idle for longer than half a second, so that of a node that looks
/// once a second whether there is anything to do every other statement would be such a
/// test. A connection that broke within those seconds is noticed by its next use, and what
/// lost its connection is run again (see [Again]). The pool takes this from a system
/// property alone, which stands as it was afterwards. Thread-safe.
final class UntestedUse {
    private static final String WINDOW = "com.zaxxer.hikari.aliveBypassWindowMs";
    private static final String MILLIS = "3000";
    private static final ReentrantLock OPENING = new ReentrantLock();

    private UntestedUse() {}

    static HikariDataSource open(HikariConfig config) {
        OPENING.lock();
        try {
            if (System.getProperty(WINDOW) != null) {
                return new HikariDataSource(config);
            }
            System.setProperty(WINDOW, MILLIS);
            try {
                return new HikariDataSource(config);
            } finally {
                System.clearProperty(WINDOW);
            }
        } finally {
            OPENING.unlock();
        }
    }
}
