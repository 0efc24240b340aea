//! The one list of metrics: name, kind, meaning. The dashboard, the alert rules and the tests are checked against it.
//!
//! Histograms have the buckets of [`super::exporter`]. All are of one node; Prometheus adds `instance`.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

#[derive(Clone, Copy, Debug)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub help: &'static str,
}

/// Makes a constant of each, and [`METRICS`] of all.
macro_rules! metrics {
    ($($kind:ident $id:ident = $name:literal, $help:literal;)+) => {
        $(#[doc = $help] pub const $id: &str = $name;)+

        pub const METRICS: &[Metric] = &[$(Metric { name: $name, kind: Kind::$kind, help: $help },)+];
    };
}

metrics! {
    Gauge INFO = "haggle_info", "1, with the program's version as a label";
    Gauge MEMORY = "process_resident_memory_bytes", "memory of this process";

    Counter HTTP_REQUESTS = "haggle_http_requests_total",
        "answers, by route pattern, method (GET, POST, other) and status class";
    Histogram HTTP_SECONDS = "haggle_http_request_seconds",
        "from a request's head to its answer's head, by route pattern and status class; a socket's is its upgrade";
    Gauge CONNECTIONS = "haggle_http_connections", "open connections, sockets and readers of this page among them";
    Counter CONNECTIONS_REFUSED = "haggle_http_connections_refused_total",
        "connections closed at once because there were as many as there may be, in all or of one address";

    Gauge SOCKETS = "haggle_sockets", "open WebSockets, of rooms and inboxes";
    Gauge ROOMS = "haggle_rooms", "rooms that somebody on this node listens to";
    Counter MESSAGES = "haggle_messages_total",
        "messages that came to the writer, by outcome: stored, duplicate, refused, unavailable";
    Histogram BATCH_ENTRIES = "haggle_batch_entries", "messages in one transaction of the writer";
    Histogram COMMIT_SECONDS = "haggle_commit_seconds", "a batch of the writer, from its first statement to the commit";
    Gauge WRITER_QUEUE_MESSAGES = "haggle_writer_queue_messages", "messages on their way: queued, or being written";
    Gauge WRITER_QUEUE_BYTES = "haggle_writer_queue_bytes", "what they take of the queue's bound";
    Gauge QUEUE_DEPTH = "haggle_queue_depth",
        "waiting, by queue: backfill (rooms with a gap), search (rooms to index), cluster (events for other nodes)";
    Counter RESYNCS = "haggle_resyncs_total", "rooms' sockets told to ask again for what they missed";
    Counter STALE_MARKS = "haggle_stale_marks_total", "times this node may have missed events of others";

    Counter JOBS_RUN = "haggle_jobs_run_total", "ends of durable jobs, by job and outcome: done, failed, dead";
    Histogram JOB_SECONDS = "haggle_job_seconds", "a job's run, by job";
    Gauge JOBS = "haggle_jobs", "jobs of all nodes by state: waiting, running, failing, dead";
    Counter PUSHES = "haggle_pushes_total", "answers of push services, by outcome: sent, gone, refused, later";
    Counter TASK_RESTARTS = "haggle_task_restarts_total", "supervised tasks that panicked or ended early, by task";

    Gauge DATABASE_UP = "haggle_database_up", "1 if the database answered this reading";
    Gauge POOL_CONNECTIONS = "haggle_pool_connections", "the pool's connections by state: in_use, idle";
    Gauge POOL_MAX = "haggle_pool_max_connections", "how many there may be";
    Gauge POOL_ACQUIRE_SECONDS = "haggle_pool_acquire_seconds", "how long this reading waited for a connection";
    Counter POOL_TIMEOUTS = "haggle_pool_timeouts_total", "requests that got no connection in time";

    Gauge PHOTO_SLOTS = "haggle_photo_slots_in_use", "photos being decoded";
    Gauge PHOTO_MEMORY = "haggle_photo_memory_bytes", "memory set aside for them";
    Counter PHOTOS = "haggle_photos_total", "photos worked on, by outcome: done, refused";

    Gauge LANE_WAITING = "haggle_lane_waiting",
        "waiting for a turn, by lane: visitors, visitor_search, people_search, hash_known, hash_network";
    Counter LANE_REFUSED = "haggle_lane_refused_total", "refused because the lane was full or its turn came too late, by lane";
    Counter BUDGET_REFUSALS = "haggle_budget_refusals_total",
        "refused because a budget was used up, by budget: profile, other, visitor, sign_in, messages, photos";
}
