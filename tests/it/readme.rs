//! Every command in the READMEs runs, as a new user would type it.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Lines of the fenced blocks marked `sh`, continuation lines joined.
fn commands(text: &str) -> Vec<String> {
    let (mut inside, mut found) = (false, Vec::<String>::new());
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```sh";
        } else if inside && !line.trim().is_empty() && !line.starts_with('#') {
            match found.last_mut().filter(|last| last.ends_with('\\')) {
                Some(last) => {
                    last.pop();
                    last.push_str(line.trim());
                }
                None => found.push(line.to_owned()),
            }
        }
    }
    found
}

fn run(readme: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join(readme)).unwrap();
    let desk = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_mingjing")).parent().unwrap().to_owned();
    let path = std::env::join_paths(
        std::iter::once(program).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )
    .unwrap();
    let makefile = fs::read_to_string(root.join("Makefile")).unwrap();
    let mut ran = 0;
    for command in commands(&text) {
        // Targets of the Makefile build and test this very thing; that they exist is enough. The demo and
        // the server run until they are stopped: their tests are elsewhere.
        if let Some(target) = command.strip_prefix("make ") {
            assert!(makefile.contains(&format!("\n{target}:")), "no target {target}");
            continue;
        }
        if command.starts_with("mingjing serve") || command.starts_with("git clone") || command.starts_with("cd ") {
            continue;
        }
        // Files of the project stand in its folder.
        let rooted = |word: &str| match word.starts_with("fixtures/") || word.starts_with("models/") {
            true => format!("{}/{word}", root.display()),
            false => word.to_owned(),
        };
        let command = command.split(' ').map(rooted).collect::<Vec<_>>().join(" ");
        let output =
            Command::new("sh").args(["-c", &command]).current_dir(desk.path()).env("PATH", &path).output().unwrap();
        assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
        ran += 1;
    }
    assert!(ran >= 5, "{readme} has only {ran} commands");
}

#[test]
fn english() {
    run("README.md");
}

#[test]
fn chinese() {
    run("README.zh-CN.md");
}
