//! The one error type, and the wordings that several places share.
//!
//! A message says what was expected, what was found and the way out; the error adds the operation, the
//! layer's path and the caller's line.

use crate::{DType, ParseDTypeError, Shape, ShapeError};
use nn_kernels::memory::Refused;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of mistake an [`Error`] reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Shapes or ranks that do not fit.
    Shape,
    /// An element type that an operation does not take.
    DType,
    /// A value outside its range: a label, an index, a rate, NaN where a number is needed.
    Value,
    /// Something that has no gradient, or a tape that did not see it.
    Gradient,
    /// A configuration, file or data set that is not what it should be.
    Format,
    /// A file that cannot be read or written.
    Io,
    /// A training run that cannot go on.
    Training,
    /// A loss or another number that is NaN or infinite.
    NotFinite,
    /// What another library reports: [`std::error::Error::source`] has it.
    Other,
}

/// An error with its place: operation, layer path and the caller's line.
///
/// ```
/// use nn::Tensor;
/// let sum = Tensor::ones([2, 3]) + Tensor::ones([2, 4]); // no panic: the error rides along
/// let error = sum.to_vec::<f32>().unwrap_err();
/// assert!(error.to_string().contains("cannot add [2, 3] and [2, 4]"));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    op: Option<&'static str>,
    path: Option<String>,
    frames: Vec<crate::module::context::Frame>,
    location: Option<&'static Location<'static>>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of the given kind.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            op: None,
            path: None,
            frames: Vec::new(),
            location: None,
            source: None,
        }))
    }

    /// Shapes that do not fit.
    #[cold]
    pub fn shape(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Shape, message)
    }

    /// A wrong element type.
    #[cold]
    pub fn dtype(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::DType, message)
    }

    /// A value outside its range.
    #[cold]
    pub fn value(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Value, message)
    }

    /// A missing gradient.
    #[cold]
    pub fn gradient(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Gradient, message)
    }

    /// A malformed configuration, file or data set.
    #[cold]
    pub fn format(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Format, message)
    }

    /// A training run that cannot go on.
    #[cold]
    pub fn training(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Training, message)
    }

    /// A file that cannot be read or written, with its path; the [`std::error::Error::source`] keeps the error's kind.
    #[cold]
    pub fn io(path: impl AsRef<std::path::Path>, error: &std::io::Error) -> Error {
        // What the operating system says can be made again, so that a borrowed error is enough.
        let source = match error.raw_os_error() {
            Some(code) => std::io::Error::from_raw_os_error(code),
            None => std::io::Error::new(error.kind(), error.to_string()),
        };
        Error::new(
            ErrorKind::Io,
            format!("{}: {error}", path.as_ref().display()),
        )
        .with_source(source)
    }

    /// An error of another library, or of the program's own, or a text: `Error::other("enough")`.
    ///
    /// ```
    /// use nn::{Error, ErrorKind};
    /// use std::error::Error as _;
    ///
    /// let error = Error::other("12x".parse::<u8>().unwrap_err());
    /// assert_eq!((error.kind(), error.to_string()), (ErrorKind::Other, "invalid digit found in string".to_string()));
    /// assert!(error.source().unwrap().is::<std::num::ParseIntError>());
    /// ```
    #[cold]
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        let source = error.into();
        let mut error = Error::new(ErrorKind::Other, source.to_string());
        error.0.source = Some(Arc::from(source));
        error
    }

    /// This error with what caused it.
    #[cold]
    pub(crate) fn with_source(
        mut self,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Error {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// Two shapes that do not broadcast.
    #[cold]
    pub fn broadcast(verb: &str, a: &Shape, b: &Shape) -> Error {
        Error::from(ShapeError::broadcast(verb, a, b))
    }

    /// A rank other than the one needed. `layout` names the dimensions, `[batch, height, width, channels]`.
    #[cold]
    pub fn rank(who: &str, rank: usize, layout: &str, found: &Shape, hint: &str) -> Error {
        Error::shape(format!(
            "{who} expects rank {rank} {layout}, found rank {} {found}{}{hint}",
            found.rank(),
            if hint.is_empty() { "" } else { "; " }
        ))
    }

    /// An operation that takes floats only.
    #[cold]
    pub fn needs_float(op: &str, found: DType) -> Error {
        Error::dtype(format!(
            "{op} needs f32 or f64, found {found}; convert with `cast(DType::F32)`"
        ))
    }

    /// The kind of mistake.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message without its place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The path of the layer in which it happened (`blocks.1.cnn2.conv`), if in one.
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// This error with another message, made of the one it has: for whoever can name a place better than where it arose.
    #[cold]
    pub fn with_message(mut self, f: impl FnOnce(&str) -> String) -> Error {
        self.0.message = f(&self.0.message);
        self
    }

    /// This error with words put before its message.
    #[cold]
    pub fn context(mut self, words: impl fmt::Display) -> Error {
        self.0.message = format!("{words}: {}", self.0.message);
        self
    }

    /// This error with words put after its message: the cause, the way out.
    #[cold]
    pub fn hint(mut self, words: impl fmt::Display) -> Error {
        self.0.message = format!("{}; {words}", self.0.message);
        self
    }

    /// This error with its layer path, unless it has one already.
    #[cold]
    pub fn at_path(mut self, path: impl Into<String>) -> Error {
        self.0.path.get_or_insert(path.into());
        self
    }

    /// This error with the operation's name, the caller's line and the layers that are running, where not set yet.
    #[cold]
    pub fn at_op(mut self, op: &'static str, location: &'static Location<'static>) -> Error {
        self.0.op.get_or_insert(op);
        self.at_call(location)
    }

    /// This error as one of the operation that was called, whichever of those that it is made of it arose in.
    #[cold]
    pub(crate) fn of_op(mut self, op: &'static str) -> Error {
        self.0.op = Some(op);
        self
    }

    /// This error with the caller's line and the layers that are running, where not set yet.
    #[cold]
    pub(crate) fn at_call(mut self, location: &'static Location<'static>) -> Error {
        self.0.location.get_or_insert(location);
        self.in_layers()
    }

    /// Whether it arose in a line of the library that a user's line, `caller`, led to.
    pub(crate) fn arose_inside(&self, caller: &Location<'static>) -> bool {
        self.0.location.is_some_and(is_of_library) && !is_of_library(caller)
    }

    /// This error at another line.
    #[cold]
    pub(crate) fn moved_to(mut self, location: &'static Location<'static>) -> Error {
        self.0.location = Some(location);
        self
    }

    /// This error with the layers that are running, where not set yet.
    #[cold]
    pub(crate) fn in_layers(mut self) -> Error {
        if self.0.frames.is_empty() && self.0.path.is_none() {
            self.0.frames = crate::module::context::frames();
        }
        self
    }

    /// The layer calls that were running when it happened, until a path has been found for them.
    pub(crate) fn take_frames(&mut self) -> Vec<crate::module::context::Frame> {
        std::mem::take(&mut self.0.frames)
    }

    pub(crate) fn has_frames(&self) -> bool {
        !self.0.frames.is_empty()
    }
}

/// Whether a line is of one of the crates that the library is made of, whose folders lie side by side.
fn is_of_library(location: &Location<'_>) -> bool {
    let Some((beside, _)) = file!().rsplit_once("nn-core") else {
        return false;
    };
    let inside = location.file().strip_prefix(beside);
    inside.is_some_and(|file| {
        let folders = ["nn-core", "nn-layers", "nn-train"];
        let source = file.split(['/', '\\']).nth(1);
        folders.iter().any(|folder| file.starts_with(folder)) && source == Some("src")
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let e = &self.0;
        let path = e.path.as_deref().filter(|p| !p.is_empty());
        match path.or_else(|| e.frames.last().map(|frame| frame.class_name)) {
            Some(place) => write_placed(f, place, &e.message)?,
            None => f.write_str(&e.message)?,
        }
        if let Some(op) = e.op {
            write!(f, " (in `{op}`")?;
            // A line of the library's layers tells nothing to whoever called them.
            let in_layer = e.path.is_some() || !e.frames.is_empty();
            if let Some(at) = e.location.filter(|at| !in_layer || !is_of_library(at)) {
                write!(f, ", {}:{}:{}", at.file(), at.line(), at.column())?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}

/// A message behind its place, `dense` or `blocks.1 (Dense)`. A message that begins with the layer's class does not name it twice in a row.
fn write_placed(f: &mut fmt::Formatter<'_>, place: &str, message: &str) -> fmt::Result {
    let in_brackets = place.strip_suffix(')').and_then(|p| p.rsplit_once(" ("));
    let class = in_brackets.map_or(place, |(_, class)| class);
    match message.strip_prefix(class) {
        Some(rest) if rest.starts_with(": ") => write!(f, "{place}{rest}"),
        Some(rest) if rest.starts_with(' ') && class == place => f.write_str(message),
        _ => write!(f, "{place}: {message}"),
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `main` prints errors with Debug: what a user reads there is the message, not the fields.
        write!(f, "{self}")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|s| s as _)
    }
}

impl From<Refused> for Error {
    #[cold]
    fn from(refused: Refused) -> Error {
        Error::value(format!(
            "{refused}; use smaller dimensions or a smaller batch"
        ))
    }
}

impl From<std::io::Error> for Error {
    #[cold]
    fn from(error: std::io::Error) -> Error {
        Error::new(ErrorKind::Io, error.to_string()).with_source(error)
    }
}

impl From<ParseDTypeError> for Error {
    #[cold]
    fn from(error: ParseDTypeError) -> Error {
        Error::dtype(error.to_string()).with_source(error)
    }
}

impl From<serde_json::Error> for Error {
    #[cold]
    fn from(error: serde_json::Error) -> Error {
        Error::format(format!("malformed JSON: {error}")).with_source(error)
    }
}
