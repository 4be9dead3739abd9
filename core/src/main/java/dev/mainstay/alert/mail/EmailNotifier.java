package dev.mainstay.alert.mail;

import dev.mainstay.alert.Notification;
import dev.mainstay.alert.NotificationText;
import dev.mainstay.alert.Notifier;
import dev.mainstay.concurrent.Bounded;
import dev.mainstay.config.Durations;
import dev.mainstay.config.Secret;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.Properties;
import java.util.concurrent.TimeoutException;

/// Sends notifications by e-mail. The message id is made of that of the notification, so that a second try is the same
/// letter for whoever sorts by it. Thread-safe.
public final class EmailNotifier implements Notifier {
    private static final int MOST_LINES = 20;
    private static final String UTF_8 = StandardCharsets.UTF_8.name();

    private final EmailSettings settings;
    private final Session session;

    public EmailNotifier(EmailSettings settings) {
        this(settings, new Properties());
    }

    /// @param more what the library is told besides
    EmailNotifier(EmailSettings settings, Properties more) {
        this.settings = settings;
        Properties properties = properties(settings);
        properties.putAll(more);
        this.session = Session.getInstance(properties);
    }

    private static Properties properties(EmailSettings settings) {
        String millis = Long.toString(settings.timeout().toMillis());
        Properties properties = new Properties();
        properties.setProperty("mail.transport.protocol", "smtp");
        properties.setProperty("mail.smtp.host", settings.host());
        properties.setProperty("mail.smtp.port", Integer.toString(settings.usedPort()));
        properties.setProperty("mail.smtp.connectiontimeout", millis);
        properties.setProperty("mail.smtp.timeout", millis);
        properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
        properties.setProperty("mail.smtp.quitwait", "false");
        boolean isStartTls = settings.tls() == EmailSettings.Tls.STARTTLS;
        properties.setProperty("mail.smtp.starttls.enable", Boolean.toString(isStartTls));
        properties.setProperty("mail.smtp.starttls.required", Boolean.toString(isStartTls));
        properties.setProperty("mail.smtp.ssl.enable", Boolean.toString(settings.tls() == EmailSettings.Tls.ALWAYS));
        properties.setProperty("mail.smtp.auth", Boolean.toString(settings.user() != null));
        return properties;
    }

    @Override
    public void send(Notification notification) throws Exception {
        sendAndHear(notification);
    }

    @Override
    public String sendAndHear(Notification notification) throws Exception {
        Message message = message(notification);
        String where = settings.host() + ":" + settings.usedPort();
        try {
            return Bounded.call("mail to " + where, settings.timeout(), () -> hand(message));
        } catch (TimeoutException e) {
            throw new IOException(where + " did not take the mail within " + Durations.format(settings.timeout()), e);
        } catch (MessagingException e) {
            throw new IOException(where + " did not take the mail: " + words(e), e);
        }
    }

    private String hand(Message message) throws MessagingException {
        Secret password = settings.password();
        try (Transport transport = session.getTransport()) {
            transport.connect(settings.user(), password == null ? null : password.reveal());
            transport.sendMessage(message, message.getAllRecipients());
        }
        return settings.host() + " took the mail for " + String.join(", ", settings.to());
    }

    private static String words(MessagingException failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String own = String.valueOf(failure.getMessage()).strip();
        return root == failure || own.contains(String.valueOf(root.getMessage())) ? own : own + " " + root.getMessage();
    }

    private Message message(Notification notification) throws MessagingException {
        MimeMessage message = new MimeMessage(session) {
            @Override
            protected void updateMessageID() throws MessagingException {
                setHeader("Message-ID", "<" + notification.id() + "@mainstay>");
            }
        };
        message.setFrom(new InternetAddress(settings.from()));
        for (String to : settings.to()) {
            message.addRecipient(Message.RecipientType.TO, new InternetAddress(to));
        }
        message.setSubject(oneLine(notification.title()), UTF_8);
        message.setText(String.join("\n", NotificationText.lines(notification, MOST_LINES)) + "\n", UTF_8);
        message.setHeader("Auto-Submitted", "auto-generated");
        message.setSentDate(Date.from(notification.createdAt()));
        message.saveChanges();
        return message;
    }

    private static String oneLine(String text) {
        return text.replaceAll("[\\p{Cntrl}]+", " ");
    }
}
