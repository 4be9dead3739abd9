package dev.mainstay;

/// Every way in which Mainstay refuses or fails, stable across versions: these words are in HTTP answers and logs.
public enum ErrorCode {
    /// The settings cannot be used.
    CONFIG_INVALID,

    /// The port to listen on is taken by another program.
    PORT_UNAVAILABLE,

    /// Two agents carry one id.
    AGENT_DUPLICATE,
    /// No agent of that id in this organization.
    AGENT_UNKNOWN,
    /// No agent kind of that name is known to this node.
    KIND_UNKNOWN,
    /// The lifecycle has no such step from the state the agent is in.
    TRANSITION_REFUSED,
    /// An agent is still wanted or run, so it cannot be removed.
    AGENT_IN_USE,
    /// The writer's lease has passed to another; nothing was changed.
    LEASE_LOST,
    /// Somebody else changed the state entry meanwhile.
    STATE_CONFLICT,
    /// Another living process carries this node's name.
    NODE_DUPLICATE,
    /// No other node would take the agents of this one.
    NODE_LAST,
    /// The node can no longer prove that it owns its work.
    NODE_FENCED,
    /// No task of that id in this organization.
    TASK_UNKNOWN,
    /// A task names another one that is unknown or has ended.
    TASK_LINK,
    /// The steps of a task are not those it was begun with.
    STEP_CONFLICT,
    /// Somebody's open transaction holds a task, or what its end changes; nothing was changed.
    TASK_BUSY,
    /// As many claims of workers or consumers outside wait as may.
    TOO_MANY_WAITING,
    /// A payload or result is larger than what is kept.
    PAYLOAD_TOO_LARGE,
    /// No schedule of that name in this organization.
    SCHEDULE_UNKNOWN,
    /// A schedule of that name is there already.
    SCHEDULE_EXISTS,
    /// A schedule that code or a file declares can only be changed there.
    SCHEDULE_DECLARED,
    /// A schedule was changed by somebody else meanwhile.
    SCHEDULE_CONFLICT,
    /// A schedule would fire more often than is done at once.
    SCHEDULE_TOO_MANY,
    /// No consumer group of that name in this organization.
    GROUP_UNKNOWN,
    /// No alert of that id in this organization.
    ALERT_UNKNOWN,
    /// The alert is in a state from which that does not go on.
    ALERT_STATE,
    /// No SLO of that name in this organization.
    SLO_UNKNOWN,
    /// An SLO that code or a file declares can only be changed there.
    SLO_DECLARED,
    /// No alert rule of that name in this organization.
    RULE_UNKNOWN,
    /// An alert rule that comes with Mainstay, or that code or a file declares, can only be changed there.
    RULE_DECLARED,
    /// No notifier of that name on this node.
    NOTIFIER_UNKNOWN,
    /// A request was answered by nobody in time.
    REPLY_TIMEOUT,
    /// Redis or NATS, where the messages are, does not answer: it is down, or the network is.
    MESSAGES_UNREACHABLE,
    /// Redis or NATS refused the user or the password.
    MESSAGES_AUTH,
    /// Redis or NATS is too old, or set up so that messages cannot be kept.
    MESSAGES_UNSUITABLE,
    /// The answer of Redis or NATS was lost: the messages may be stored or not, so ask before repeating.
    MESSAGES_UNKNOWN,
    /// Telemetry could not take an event: the buffer stayed full, or it is closed.
    TELEMETRY_FULL,
    /// What was learned of a series is stored damaged, or by a newer Mainstay; it is learned again from the points.
    MODEL_UNREADABLE,

    /// Another process uses the data folder.
    DATA_FOLDER_IN_USE,
    /// The data folder was written by a newer Mainstay, or by another major version of PostgreSQL.
    DATA_FOLDER_VERSION,
    /// The data folder cannot be written, or is none.
    DATA_FOLDER_UNUSABLE,
    /// Another program listens on the port.
    PORT_IN_USE,
    /// The PostgreSQL that comes with Mainstay does not run here, or not on this data.
    EMBEDDED_POSTGRES,

    /// No answer from PostgreSQL: it is down, starting, out of connections, or the network is.
    DATABASE_UNREACHABLE,
    /// PostgreSQL refused the user or the password.
    DATABASE_AUTH,
    /// TLS was asked for, and the server does not offer it or could not prove who it is.
    DATABASE_TLS,
    /// The server has no database of that name.
    DATABASE_MISSING,
    /// PostgreSQL is older than Mainstay needs.
    DATABASE_VERSION,
    /// Nothing can be written: a standby, or a database set read-only.
    DATABASE_READ_ONLY,
    /// A role may do too much (row-level security would not bind it) or too little.
    DATABASE_ROLE,
    /// PostgreSQL has no room left on its disk.
    DISK_FULL,
    /// The connection was lost while a commit was under way: it may have happened or not, so ask before repeating.
    COMMIT_UNKNOWN,
    /// The database was written by a newer Mainstay.
    SCHEMA_NEWER,
    /// Tables are missing, and the user given may not create them.
    SCHEMA_MISSING,
    /// A migration failed, or one that was applied has been changed since.
    SCHEMA_BROKEN
}
