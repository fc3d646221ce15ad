//! Builds the admin UI into admin-ui/build, from where rust-embed takes it, whenever it is missing or older than its sources.

use std::path::{Path, PathBuf};
use std::process::{Command, exit};
use std::time::SystemTime;
use std::{env, fs, io};

const UI: &str = "admin-ui";
/// Everything the built UI depends on, below `admin-ui`.
const SOURCES: [&str; 10] = [
    "src",
    "words",
    "static",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "svelte.config.js",
    "external-boot.js",
    "vite.config.ts",
    "tsconfig.json",
];
const NO_NODE: &str = "Building the admin UI needs Node.js 20.19 or newer with npm (https://nodejs.org): install it, \
    or build a server without UI with `cargo build --no-default-features`.";

#[expect(clippy::print_stderr, reason = "this is how a build script speaks to whoever runs cargo")]
fn main() {
    if env::var_os("CARGO_FEATURE_UI").is_none() {
        println!("cargo::rerun-if-changed=build.rs");
        return;
    }
    for source in SOURCES {
        println!("cargo::rerun-if-changed={UI}/{source}");
    }
    println!("cargo::rerun-if-changed={UI}/build/index.html");
    if let Err(reason) = build_ui(Path::new(UI)) {
        // Not a panic: its own words would bury the one sentence.
        eprintln!("{reason}");
        exit(1);
    }
}

fn build_ui(ui: &Path) -> Result<(), String> {
    let read = |error: io::Error| format!("The sources of the admin UI could not be read: {error}.");
    let mut newest = SystemTime::UNIX_EPOCH;
    for source in SOURCES {
        newest = newest.max(changed(&ui.join(source)).map_err(read)?);
    }
    let page = ui.join("build/index.html");
    let built = fs::metadata(&page).and_then(|page| page.modified());
    if built.is_ok_and(|built| built >= newest) {
        return Ok(());
    }
    // npm leaves this file when it has finished; older than the lock means other packages.
    let installed = changed(&ui.join("node_modules/.package-lock.json"));
    let lock = changed(&ui.join("package-lock.json")).map_err(read)?;
    if !installed.is_ok_and(|installed| installed >= lock) {
        npm(ui, &["ci"])?;
    }
    npm(ui, &["run", "build"])?;
    // As old as what it was built from: a page newer than this run would make cargo run it, and compile all, once more.
    let page = fs::File::options().write(true).open(page);
    page.and_then(|page| page.set_modified(newest)).map_err(read)
}

fn npm(ui: &Path, arguments: &[&str]) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let line = arguments.join(" ");
    match Command::new(program).args(arguments).current_dir(ui).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "`npm {line}` failed in {UI}:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(NO_NODE.to_owned()),
        Err(error) => Err(format!("`npm {line}` could not be started: {error}.")),
    }
}

/// When the file, or the latest file of the directory, was last written.
fn changed(path: &Path) -> io::Result<SystemTime> {
    let mut newest = fs::metadata(path)?.modified()?;
    let mut open: Vec<PathBuf> = if path.is_dir() { vec![path.to_owned()] } else { Vec::new() };
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            newest = newest.max(metadata.modified()?);
            if metadata.is_dir() {
                open.push(entry.path());
            }
        }
    }
    Ok(newest)
}
