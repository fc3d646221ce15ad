//! The binary: everything is in the library, so that tests run the same server.

fn main() -> std::process::ExitCode {
    cratebase::cli::run()
}
