//! The `mingjing` program: parse the call, run the command, tell the outcome by the exit code
//! (0 done, 1 failed, 2 wrong call).

use std::process::ExitCode;

use mingjing::cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let call = cli::parse();
    cli::telemetry(&call);
    match cli::run(call) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mingjing: {error:#}");
            ExitCode::FAILURE
        }
    }
}
