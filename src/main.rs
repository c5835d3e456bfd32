//! The `mingjing` program: parse the call, run the command, tell the outcome by the exit code
//! (0 done, 1 failed, 2 wrong call).

use std::process::ExitCode;

use mingjing::cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Whoever reads the output may stop early (`| head`): then the work is done. The standard library's own
/// printing knows no other end than a panic.
#[expect(clippy::disallowed_methods, reason = "this is the program's own end, and nothing is half done")]
fn end_with_the_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload_as_str().unwrap_or_default();
        if text.starts_with("failed printing to stdout") && text.contains("Broken pipe") {
            std::process::exit(0);
        }
        usual(panic);
    }));
}

/// What went wrong and why; a cause that is told already is not told again.
fn told(error: &anyhow::Error) -> String {
    let mut told = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !told.contains(&cause) {
            told.push_str(": ");
            told.push_str(&cause);
        }
    }
    told
}

fn main() -> ExitCode {
    end_with_the_reader();
    let call = cli::parse();
    cli::telemetry(&call);
    match cli::run(call) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mingjing: {}", told(&error));
            ExitCode::FAILURE
        }
    }
}
