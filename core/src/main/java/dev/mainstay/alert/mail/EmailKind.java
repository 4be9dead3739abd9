package dev.mainstay.alert.mail;

import dev.mainstay.alert.Notifier;
import dev.mainstay.alert.NotifierKind;
import dev.mainstay.config.OptionalLibrary;

/// `type: email`. Stateless and thread-safe.
public final class EmailKind implements NotifierKind<EmailSettings> {
    @Override
    public String name() {
        return "email";
    }

    @Override
    public String description() {
        return "Sends an e-mail through an SMTP server.";
    }

    @Override
    public Class<EmailSettings> settings() {
        return EmailSettings.class;
    }

    @Override
    public Notifier create(EmailSettings settings) {
        OptionalLibrary.require("a notifier of type email", "jakarta.mail.Transport", "org.eclipse.angus:angus-mail");
        return new EmailNotifier(settings);
    }
}
