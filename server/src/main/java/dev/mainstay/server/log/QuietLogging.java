package dev.mainstay.server.log;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.Logger;

/// How every command begins to log: warnings, as words, to stderr. Found by Logback through its service file.
///
/// Thread-safe: it has no state of its own.
public final class QuietLogging extends ContextAwareBase implements Configurator {
    static final String STDERR = "stderr";

    @Override
    public ExecutionStatus configure(LoggerContext loggers) {
        if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY; // somebody wants it otherwise
        }
        var words = new PatternLayoutEncoder();
        words.setContext(loggers);
        words.setPattern("%d{HH:mm:ss.SSS} %-5level %msg%replace( %kvp{NONE}){'^ $', ''}%n%ex{6}");
        words.start();
        var stderr = new ConsoleAppender<ILoggingEvent>();
        stderr.setContext(loggers);
        stderr.setName(STDERR);
        stderr.setTarget("System.err");
        stderr.setEncoder(words);
        stderr.start();
        var root = loggers.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(stderr);
        root.setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
