//! What an import did, and what it left out.

use std::fmt;
use std::time::Duration;

/// The outcome of an import; displays as the closing words of the command.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// In the order the collections were made.
    pub tables: Vec<Table>,
    pub views: u64,
    pub files: Files,
    pub backups: u64,
    /// Entries of the log of requests.
    pub log_entries: u64,
    /// `<collection>/<record>/<name>` of files that records name but that are not there; only the first ones.
    pub missing: Vec<String>,
    pub missing_total: u64,
    /// What was met and not imported, each as the object of "not imported: …".
    pub skipped: Vec<String>,
    /// Keys of settings that have no counterpart, or a value that does not fit.
    pub settings_dropped: Vec<String>,
    /// What the owner should know, each a sentence without its dot.
    pub notes: Vec<String>,
    pub elapsed: Duration,
}

/// One collection's records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub name: String,
    pub rows: u64,
    /// Values that did not fit their column and were read as PocketBase reads them.
    pub repaired: u64,
}

/// Uploads without their attributes and thumbnails.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Files {
    pub count: u64,
    pub bytes: u64,
    pub thumbs: u64,
}

impl Report {
    /// Counts a missing file and remembers its name while there are fewer than `named`.
    pub(super) fn miss(&mut self, path: String, named: usize) {
        self.missing_total += 1;
        if self.missing.len() < named {
            self.missing.push(path);
        }
    }

    /// All records.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.tables.iter().map(|table| table.name.chars().count()).max().unwrap_or(0);
        for Table { name, rows, repaired } in &self.tables {
            write!(f, "  {name:width$}  {rows:>10}")?;
            if *repaired > 0 {
                write!(f, "  ({repaired} values repaired)")?;
            }
            writeln!(f)?;
        }
        list(f, "Not imported:", &self.skipped)?;
        list(f, "Settings without a counterpart:", &self.settings_dropped)?;
        if self.missing_total > 0 {
            let more = self.missing_total - self.missing.len() as u64;
            list(f, &format!("Files that records name but that are missing ({}):", self.missing_total), &self.missing)?;
            if more > 0 {
                writeln!(f, "  and {more} more")?;
            }
        }
        list(f, "Please note:", &self.notes)?;
        let Files { count, bytes, thumbs } = self.files;
        write!(f, "{} collections and {} views, ", self.tables.len(), self.views)?;
        write!(f, "{} records, {count} files ({}), {thumbs} thumbnails", self.rows(), size(bytes))?;
        if self.backups > 0 {
            write!(f, ", {} backups", self.backups)?;
        }
        if self.log_entries > 0 {
            write!(f, ", {} entries of the log", self.log_entries)?;
        }
        writeln!(f, " imported in {:.2} s.", self.elapsed.as_secs_f64())
    }
}

fn list(f: &mut fmt::Formatter<'_>, title: &str, items: &[String]) -> fmt::Result {
    if !items.is_empty() {
        writeln!(f, "{title}")?;
    }
    items.iter().try_for_each(|item| writeln!(f, "  {item}"))
}

fn size(bytes: u64) -> String {
    let units = ["bytes", "KB", "MB", "GB", "TB"];
    let power = (0..4).rev().find(|power| bytes >= 1000_u64.pow(power + 1)).map_or(0, |power| power + 1);
    let unit = units.get(power as usize).copied().unwrap_or_default();
    if power == 0 {
        format!("{bytes} {unit}")
    } else {
        format!("{:.1} {unit}", bytes as f64 / 1000_f64.powi(power as i32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_words() {
        let table = |name: &str, rows, repaired| Table { name: name.into(), rows, repaired };
        let report = Report {
            tables: vec![table("posts", 200_000, 3), table("x", 1, 0)],
            views: 2,
            files: Files { count: 2, bytes: 1_234_567, thumbs: 1 },
            missing: vec!["posts/a/b.png".into()],
            missing_total: 5,
            notes: vec!["mind the step".into()],
            elapsed: Duration::from_millis(1500),
            ..Report::default()
        };
        let expected = "  posts      200000  (3 values repaired)\n  x               1\n\
                        Files that records name but that are missing (5):\n  posts/a/b.png\n  and 4 more\n\
                        Please note:\n  mind the step\n\
                        2 collections and 2 views, 200001 records, 2 files (1.2 MB), 1 thumbnails imported in 1.50 s.\n";
        assert_eq!(report.to_string(), expected);
    }

    #[test]
    fn sizes_have_units() {
        for (bytes, text) in [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 KB"), (5_000_000_000, "5.0 GB")] {
            assert_eq!(size(bytes), text);
        }
    }
}
