package dev.mainstay.server.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import dev.mainstay.concurrent.Threads;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.LoggerFactory;

/// Turns logging of the running server on and off. In code, since an XML file costs a tenth of a second at each start.
///
/// Thread-safe. A process has one SLF4J: two servers in it each write the lines of both, and neither
/// ends the other's file.
public final class Logging implements AutoCloseable {
    public static final String FILE = "mainstay.log";
    private static final String ROOT = org.slf4j.Logger.ROOT_LOGGER_NAME;
    private static final int DAYS = 14;
    private static final Duration FINDING = Duration.ofMillis(5);

    private final LoggerContext context;
    private final Appender<ILoggingEvent> file;

    private Logging(LoggerContext context, Appender<ILoggingEvent> file) {
        this.context = context;
        this.file = file;
    }

    /// How much of the log a person sees on stderr.
    public enum Talk {
        WARNINGS,
        NOTHING
    }

    /// The file of today in a data folder.
    public static Path file(Path dataFolder) {
        return dataFolder.resolve("logs").resolve(FILE);
    }

    /// From now on every line also goes into the data folder, one JSON object each; a file is closed after a day or
    /// 20 MB, and 14 days or 200 MB are kept.
    public static Logging into(Path dataFolder) {
        var context = context();
        var appender = appender(context, file(dataFolder));
        var root = context.getLogger(ROOT);
        root.addAppender(appender);
        root.setLevel(Level.WARN);
        context.getLogger("dev.mainstay").setLevel(Level.INFO);
        context.getLogger("mainstay").setLevel(Level.INFO);
        return new Logging(context, appender);
    }

    /// Logback's, once SLF4J has found it: while another thread logs for the first time, it has a stand-in.
    private static LoggerContext context() {
        while (true) {
            if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
                return context;
            }
            Threads.pause(FINDING);
        }
    }

    /// Says less on stderr than the log has, for a process nobody looks at.
    public static void toStderr(Talk talk) {
        var root = context().getLogger(ROOT);
        var stderr = root.getAppender(QuietLogging.STDERR);
        if (stderr == null) {
            return;
        }
        if (talk == Talk.NOTHING) {
            root.detachAppender(stderr);
            return;
        }
        var warnings = new ThresholdFilter();
        warnings.setLevel(Level.WARN.levelStr);
        warnings.start();
        stderr.addFilter(warnings);
    }

    private static Appender<ILoggingEvent> appender(LoggerContext context, Path file) {
        var appender = new RollingFileAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setName(file.toString());
        appender.setFile(file.toString());
        appender.setEncoder(json(context));
        var rolling = new SizeAndTimeBasedRollingPolicy<ILoggingEvent>();
        rolling.setContext(context);
        rolling.setParent(appender);
        rolling.setFileNamePattern(
                file.resolveSibling("mainstay.%d{yyyy-MM-dd}.%i.log.gz").toString());
        rolling.setMaxFileSize(FileSize.valueOf("20MB"));
        rolling.setTotalSizeCap(FileSize.valueOf("200MB"));
        rolling.setMaxHistory(DAYS);
        rolling.start();
        appender.setRollingPolicy(rolling);
        appender.start();
        return appender;
    }

    private static JsonEncoder json(LoggerContext context) {
        var json = new JsonEncoder();
        json.setContext(context);
        json.setWithSequenceNumber(false);
        json.setWithNanoseconds(false);
        json.setWithContext(false);
        json.setWithMDC(false);
        json.setWithMessage(false);
        json.setWithArguments(false);
        json.setWithFormattedMessage(true);
        json.start();
        return json;
    }

    /// Lines go to stderr alone again, and the file is closed.
    @Override
    public void close() {
        context.getLogger(ROOT).detachAppender(file);
        file.stop();
    }
}
