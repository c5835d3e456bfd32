use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use crate::api::{Server, Settings, StoreLimits, stop_signal};
use crate::snapshot::DataDir;

use super::engine::EngineArgs;
use super::library::RulesArgs;

/// Serve the HTTP API on this machine.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Data folder
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Address to listen on, of this machine only; port 0 takes any that is free
    #[arg(long, default_value = "127.0.0.1:8642")]
    listen: String,
    #[command(flatten)]
    rules: RulesArgs,
    #[command(flatten)]
    engine: EngineArgs,
}

impl Args {
    /// Serves a data folder with the built-in rules.
    pub fn on(data: PathBuf, listen: String, engine: EngineArgs) -> Self {
        Self { data, listen, rules: RulesArgs::default(), engine }
    }
}

/// Runs the command until the process is asked to stop.
pub fn run(args: Args) -> anyhow::Result<()> {
    let listen = address(&args.listen);
    let data = DataDir::create(&args.data)?;
    let engine = args.engine.options(&data);
    actix_web::rt::System::new().block_on(async {
        let library = args.rules.library().await?;
        let settings = Settings { data, listen, engine, store: StoreLimits::default() };
        let server = Server::bind(settings, library)?;
        println!("http://{}/", server.address());
        // Whoever waits for the address behind a pipe must not wait for a full buffer.
        std::io::stdout().flush()?;
        Ok(server.run(stop_signal()).await?)
    })
}

/// The address of a name and port.
fn address(text: &str) -> SocketAddr {
    let found = text.to_socket_addrs().ok().and_then(|mut found| found.next());
    found.unwrap_or_else(|| {
        super::wrong_call(&["serve"], &format!("--listen {text}: no address; write it as 127.0.0.1:8642"))
    })
}
