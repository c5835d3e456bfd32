//! From settings to a running server, and down again.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::Server as ActixServer;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use tokio::sync::watch;

use crate::query::EngineOptions;
use crate::query::library::Library;
use crate::snapshot::DataDir;

use super::queue::AuditQueue;
use super::request::surround;
use super::sql::SqlDoor;
use super::state::State;
use super::store::{Store, StoreLimits};
use super::{Problem, routes};

/// Bytes that a request's body may have.
const BODY_BYTES: usize = 1 << 20;
/// Seconds that open requests get to end when the server goes down.
const CLOSING_SECONDS: u64 = 10;
/// Seconds that an idle connection is kept.
const KEEP_ALIVE_SECONDS: u64 = 75;

/// What a server is started with.
#[derive(Debug)]
pub struct Settings {
    /// The data folder.
    pub data: DataDir,
    /// Address to listen on, this machine's own only. Port 0 takes any that is free.
    pub listen: SocketAddr,
    /// How much of the machine it may use: three quarters of the memory for audits, one for SQL.
    pub engine: EngineOptions,
    /// How many finished audits it may hold in memory.
    pub store: StoreLimits,
}

/// Why a server does not start or broke.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is not this machine's own.
    #[error(
        "refusing to listen on {0}: this version has no authentication yet, so only this machine may call it; \
         use 127.0.0.1 or [::1], and a tunnel for other machines"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be taken.
    #[error("cannot listen on {address}: {source}; is another server running there?")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system refused something else.
    #[error("the server broke: {0}")]
    Io(#[from] std::io::Error),
}

/// A server that has its address and waits to be run.
pub struct Server {
    address: SocketAddr,
    state: web::Data<State>,
    server: ActixServer,
    closing: watch::Sender<bool>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    /// Takes the address and builds everything that requests share. Must be called inside an actix system.
    pub fn bind(settings: Settings, library: Library) -> Result<Self, ServeError> {
        let Settings { data, listen, engine, store } = settings;
        if !listen.ip().is_loopback() {
            return Err(ServeError::NotLoopback(listen));
        }
        let refused = |source| ServeError::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let (closing, closed) = watch::channel(false);
        let for_sql = EngineOptions { memory: engine.memory / 4, ..engine.clone() };
        let for_audits = EngineOptions { memory: engine.memory - for_sql.memory, ..engine };
        let library = Arc::new(library);
        let store = Arc::new(Store::new(store));
        let queue = AuditQueue::start(data.clone(), Arc::clone(&library), Arc::clone(&store), for_audits)?;
        let sql = SqlDoor::open(for_sql)?;
        let state = web::Data::new(State::new(data, library, store, queue, sql, closed));
        let shared = state.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(BODY_BYTES))
                .app_data(web::QueryConfig::default().error_handler(|error, _| Problem::parameter(error).into()))
                .app_data(web::PathConfig::default().error_handler(|error, _| Problem::parameter(error).into()))
                .wrap(Compress::default())
                .wrap(from_fn(surround))
                .configure(routes::configure)
        })
        .workers(std::thread::available_parallelism().map_or(2, std::num::NonZero::get).max(2))
        .worker_max_blocking_threads(64)
        .keep_alive(std::time::Duration::from_secs(KEEP_ALIVE_SECONDS))
        .shutdown_timeout(CLOSING_SECONDS)
        .disable_signals()
        .listen(listener)?
        .run();
        Ok(Self { address, state, server, closing })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop`; then takes no more requests, lets open ones end within bounds, and stops
    /// audits cleanly.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
        let Self { state, server, closing, .. } = self;
        let handle = server.handle();
        actix_web::rt::spawn(warm(state.clone()));
        let serving = actix_web::rt::spawn(server);
        let broke = tokio::select! {
            ended = serving => Some(ended),
            () = stop => None,
        };
        // Event streams end by this, else they would hold the server until their bound.
        closing.send_replace(true);
        tracing::info!(target: "mingjing::http", "going down");
        let jobs = state.clone();
        let stopped = web::block(move || jobs.queue.close());
        handle.stop(true).await;
        if let Err(error) = stopped.await {
            tracing::error!(target: "mingjing::http", error = %error, "the queue did not close");
        }
        match broke {
            Some(Ok(Err(error))) => Err(error.into()),
            Some(Err(error)) => Err(std::io::Error::other(error).into()),
            _ => Ok(()),
        }
    }
}

/// Reads the audit that the welcome page tells of, so that the first who asks need not wait for it.
async fn warm(state: web::Data<State>) {
    let folder = state.clone();
    let read = match web::block(move || folder.foremost()).await {
        Ok(Ok(Some(audit))) => state.store.get(&audit).await.map(drop),
        Ok(Ok(None)) | Err(_) => Ok(()),
        Ok(Err(problem)) => Err(problem),
    };
    if let Err(problem) = read {
        tracing::warn!(target: "mingjing::http", problem = %problem, "the last audit cannot be held");
    }
}

/// Ends when the system asks the process to stop: SIGTERM or ctrl-c.
pub async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = tokio::signal::ctrl_c() => {}
                }
                return;
            }
            Err(error) => tracing::warn!(target: "mingjing::http", error = %error, "SIGTERM is not heard"),
        }
    }
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(target: "mingjing::http", error = %error, "ctrl-c is not heard");
        std::future::pending::<()>().await;
    }
}
