//! What chat's handlers share, and the tasks that are started with it.

use axum::extract::FromRef;
use metrics::gauge;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    cluster::{membership::Membership, parts::ClusterParts},
    live::{
        inboxes::Inboxes, outlet::ClusterOutlet, product_changes::ProductChanges, publish::Publisher,
        quota::ConnectionQuota, rooms::Rooms, screen::Screen, shutdown::Shutdown, staleness::Staleness,
        subscriptions::Subscriptions,
    },
    notices::reads,
    pages::{read_pixel::ReadParts, remove_photo::RemovePhotoParts, send::SendParts},
    search::{indexer, limits::SearchLimits},
    sockets::{limits::FrameLimits, parts::SocketParts, unread_counts::UnreadCounts, ws_io::KeepAlive},
    write::{MessageWriter, WriterParts, blocks::BlockParts, limits::MessageLimits},
};
use crate::{
    accounts::{AccessEvents, SignInLimits},
    jobs::{Policy, Supervisor},
    notices::Bell,
    products::{PhotoLimits, ProductEvents, ProductFragment, VersionedCache, ViewCounter, photos::Uploads},
    telemetry::names::{QUEUE_DEPTH, ROOMS, SOCKETS},
    web::{ShellSource, client_addr::TrustedProxies, forgery::PublicOrigin},
};

/// Handlers take the part they need: `State<PgPool>`, `State<SocketParts>`, …
#[derive(Clone, FromRef)]
pub struct State {
    pub db: PgPool,
    pub uploads: Uploads,
    pub search_limits: SearchLimits,
    pub view_counter: ViewCounter,
    pub product_cache: VersionedCache<ProductFragment>,
    pub trusted_proxies: TrustedProxies,
    pub public_origin: PublicOrigin,
    pub shell: ShellSource,
    pub screen: Screen,
    pub message_limits: MessageLimits,
    pub sockets: SocketParts,
    pub send: SendParts,
    pub read: ReadParts,
    pub remove_photo: RemovePhotoParts,
    pub block: BlockParts,
    pub staleness: Staleness,
    /// Of the other nodes.
    remote_products: ProductEvents,
}

/// What chat takes from the program around it.
pub struct Dependencies {
    pub db: PgPool,
    pub uploads: Uploads,
    pub photo_limits: PhotoLimits,
    pub view_counter: ViewCounter,
    pub product_cache: VersionedCache<ProductFragment>,
    pub access: AccessEvents,
    pub bell: Bell,
    pub product_events: ProductEvents,
    pub sign_in_limits: SignInLimits,
    pub trusted_proxies: TrustedProxies,
    pub public_origin: PublicOrigin,
    pub shell: ShellSource,
    pub message_limits: MessageLimits,
}

impl State {
    /// Makes the parts, and starts the writer and the search's indexer.
    pub fn start(with: Dependencies, supervisor: &Supervisor) -> Self {
        let Dependencies { db, uploads, message_limits, access, .. } = with;
        let (outlet, subscriptions) = (ClusterOutlet::default(), Subscriptions::default());
        let (shutdown, staleness) = (Shutdown::default(), Staleness::default());
        let rooms = Rooms::new(&outlet, &subscriptions);
        let inboxes = Inboxes::new(&subscriptions);
        let screen = Screen(with.shell.clone());
        let publisher = Publisher::new(&rooms, &inboxes, &outlet, &screen);
        let hints = publisher.index_hints().receiver();
        supervisor.spawn("chat.search.indexer", Policy::Background, {
            let db = db.clone();
            move || indexer::run(db.clone(), hints.clone())
        });
        let read_hints = publisher.read_hints().receiver();
        supervisor.spawn("chat.notices.reads", Policy::Background, {
            let db = db.clone();
            move || reads::run(db.clone(), read_hints.clone())
        });
        let remote_products = ProductEvents::default();
        let changes = ProductChanges {
            db: db.clone(),
            rooms: rooms.clone(),
            outlet: outlet.clone(),
            local: with.product_events,
            remote: remote_products.clone(),
        };
        supervisor.spawn("chat.products", Policy::Background, move || changes.clone().run());
        let parts = WriterParts {
            db: db.clone(),
            publisher: publisher.clone(),
            staleness: staleness.clone(),
            outlet: outlet.clone(),
            new_rooms: message_limits.new_rooms,
        };
        let writer = MessageWriter::start(&parts, &message_limits, supervisor);
        State {
            view_counter: with.view_counter,
            product_cache: with.product_cache,
            sockets: SocketParts {
                db: db.clone(),
                rooms,
                inboxes,
                publisher: publisher.clone(),
                outlet,
                subscriptions,
                quota: ConnectionQuota::new(&shutdown),
                shutdown,
                writer: writer.clone(),
                access,
                bell: with.bell,
                unread_counts: UnreadCounts::start(&db, supervisor),
                frame_limits: FrameLimits::new(&message_limits),
                keep_alive: KeepAlive::default(),
            },
            send: SendParts {
                db: db.clone(),
                writer,
                uploads: uploads.clone(),
                photo_limits: with.photo_limits,
                sign_in_limits: with.sign_in_limits,
                shell: with.shell.clone(),
            },
            read: ReadParts { db: db.clone(), publisher: publisher.clone() },
            block: BlockParts { db: db.clone(), publisher: publisher.clone() },
            remove_photo: RemovePhotoParts { db: db.clone(), uploads: uploads.clone(), publisher },
            db,
            uploads,
            search_limits: SearchLimits::default(),
            trusted_proxies: with.trusted_proxies,
            public_origin: with.public_origin,
            shell: with.shell,
            screen,
            message_limits,
            staleness,
            remote_products,
        }
    }

    /// Starts the writer anew, with so many shards.
    pub fn set_shards(&mut self, count: usize, supervisor: &Supervisor) {
        let parts = WriterParts {
            db: self.db.clone(),
            publisher: self.sockets.publisher.clone(),
            staleness: self.staleness.clone(),
            outlet: self.sockets.outlet.clone(),
            new_rooms: self.message_limits.new_rooms,
        };
        let writer = MessageWriter::with_shards(count, &parts, &self.message_limits, supervisor);
        self.sockets.writer = writer.clone();
        self.send.writer = writer;
    }

    /// What the cluster's tasks take of it; this node gets an id.
    pub(super) fn cluster_parts(&self) -> ClusterParts {
        let SocketParts { db, rooms, inboxes, outlet, subscriptions, shutdown, access, .. } =
            self.sockets.clone();
        ClusterParts {
            node: Uuid::new_v4(),
            db,
            rooms,
            screen: self.screen.clone(),
            inboxes,
            outlet,
            staleness: self.staleness.clone(),
            subscriptions,
            shutdown,
            access,
            products: self.remote_products.clone(),
            membership: Membership::default(),
        }
    }

    /// Asks every socket to close and come back.
    pub fn begin_shutdown(&self) {
        self.sockets.shutdown.begin();
    }

    pub async fn shutdown_requested(&self) {
        self.sockets.shutdown.requested().await;
    }

    /// Waits until every socket has closed.
    pub async fn sockets_drained(&self) {
        self.sockets.shutdown.drained().await;
    }

    /// Waits until everything that was sent is written and published.
    pub async fn finish_writing(&self) {
        self.send.writer.finish().await;
    }

    /// For whoever reads the metrics.
    pub fn record_gauges(&self) {
        let SocketParts { rooms, publisher, outlet, shutdown, writer, .. } = &self.sockets;
        gauge!(SOCKETS).set(shutdown.open_sockets() as f64);
        gauge!(ROOMS).set(rooms.count() as f64);
        for (queue, depth) in [
            ("backfill", rooms.backfills().depth()),
            ("search", publisher.index_hints().depth()),
            ("cluster", outlet.events().depth()),
        ] {
            gauge!(QUEUE_DEPTH, "queue" => queue).set(depth as f64);
        }
        writer.record_gauges();
    }

    /// Forgets the limits of whoever hasn't written for a while; run now and then.
    pub fn sweep_limits(&self) {
        self.message_limits.sweep();
        self.sockets.frame_limits.sweep();
    }
}
