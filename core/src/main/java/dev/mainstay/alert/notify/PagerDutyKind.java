package dev.mainstay.alert.notify;

import dev.mainstay.alert.Notifier;
import dev.mainstay.alert.NotifierKind;

/// `type: pagerduty`. Stateless and thread-safe.
public final class PagerDutyKind implements NotifierKind<PagerDutySettings> {
    @Override
    public String name() {
        return "pagerduty";
    }

    @Override
    public String description() {
        return "Sends an event for each alert to PagerDuty, or to another that takes its events of version 2.";
    }

    @Override
    public Class<PagerDutySettings> settings() {
        return PagerDutySettings.class;
    }

    @Override
    public Notifier create(PagerDutySettings settings) {
        return new PagerDutyNotifier(settings);
    }
}
