//! Where in a tree of models the compiler is.

use super::{Answer, Failure, Truth, Value};
use crate::{ShapeError, is_known};
use std::cell::Cell;

/// How many lines in loops, and calls of methods, are followed in one evaluation. Beyond, loops are not followed: the compiler would
/// take too long, and from some point on it ends an evaluation as one that might never end.
const BUDGET: usize = 6000;

/// How deep methods that call each other are followed.
const DEPTH: usize = 12;

/// The constants of the FNV-1a hash (Fowler, Noll, Vo).
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x100_0000_01b3;

/// One evaluation of a model by the compiler.
pub struct Run {
    /// Whether the model trains.
    is_training: bool,
    /// Whether something asked for that, so that the other case may be another.
    asked: Cell<bool>,
    budget: Cell<usize>,
    kept: Cell<[Kept; KEPT]>,
    /// The names of dimensions, the batch first; none if no dimension has one.
    names: &'static [&'static str],
    /// The first line of which the compiler does not know what comes out.
    unknown: Cell<Option<(&'static str, usize)>>,
}

/// A layer, by a number made of its path, and the size that its parameters have from its first call.
#[derive(Clone, Copy)]
struct Kept {
    layer: u64,
    size: usize,
}

/// How many layers are remembered. Each has one place, by its number: one that finds it taken by another is not checked.
const KEPT: usize = 256;

impl Run {
    /// A run of inference, or of training.
    pub const fn new(is_training: bool) -> Run {
        Run {
            is_training,
            asked: Cell::new(false),
            budget: Cell::new(BUDGET),
            kept: Cell::new([Kept { layer: 0, size: 0 }; KEPT]),
            names: &[],
            unknown: Cell::new(None),
        }
    }

    /// The same run, in which dimensions have names.
    #[must_use]
    pub const fn under(mut self, names: &'static [&'static str]) -> Run {
        self.names = names;
        self
    }

    /// The answer of a model that must be followed to its end: a mistake if it is not known which shapes come out.
    pub const fn strictly(&self, answer: Answer) -> Answer {
        let is_known = match answer {
            Ok(value) => value.is_known_output(),
            Err(_) => true,
        };
        if is_known {
            return answer;
        }
        let failure = Failure::new(ShapeError::new(
            "`check = \"strict\"`: the compiler does not know which shape comes out of this; write it so that it can be followed, \
             give the block a `const fn output_shape`, or leave out `check`",
        ));
        match self.unknown.get() {
            Some((block, site)) => Err(failure.at(block, site)),
            None => Err(failure),
        }
    }

    /// Whether something depends on whether the model trains.
    pub const fn asks_for_training(&self) -> bool {
        self.asked.get()
    }
}

/// A layer that is being called, and those that called it.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
    run: &'a Run,
    training: Truth,
    /// Whether this call is certain to happen.
    is_sure: bool,
    /// How many methods of a block called each other to come here.
    depth: usize,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root(&'a str),
    Field(&'a str),
    Element(usize),
}

impl<'a> Place<'a> {
    /// The model itself.
    pub const fn root(class_name: &'a str, run: &'a Run) -> Place<'a> {
        Place {
            parent: None,
            step: Step::Root(class_name),
            run,
            training: match run.is_training {
                true => Truth::True,
                false => Truth::False,
            },
            is_sure: true,
            depth: 0,
        }
    }

    /// Whether it is the model itself, which is given a list of tensors.
    pub const fn is_root(&self) -> bool {
        self.parent.is_none()
    }

    const fn below(parent: &'a Place<'a>, step: Step<'a>) -> Place<'a> {
        Place {
            parent: Some(parent),
            step,
            run: parent.run,
            training: parent.training,
            is_sure: parent.is_sure,
            depth: parent.depth,
        }
    }

    /// The field `name` of the layer at a place.
    pub const fn field(parent: &'a Place<'a>, name: &'a str) -> Place<'a> {
        Place::below(parent, Step::Field(name))
    }

    /// An element of the container at a place.
    pub const fn element(parent: &'a Place<'a>, index: usize) -> Place<'a> {
        Place::below(parent, Step::Element(index))
    }

    /// The same place, with what happens there certain only if this is.
    pub const fn when(mut self, is_sure: bool) -> Place<'a> {
        self.is_sure = self.is_sure && is_sure;
        self
    }

    /// An answer of the layer at this place, the parameters of which have a size from its first call.
    pub const fn keeps(&self, size: usize, answer: Answer) -> Answer {
        if answer.is_err() || !is_known(size) {
            return answer;
        }
        let layer = self.number(OFFSET);
        let at = layer as usize % KEPT;
        let mut kept = self.run.kept.get();
        match kept[at] {
            Kept { layer: 0, .. } if self.is_sure => {
                kept[at] = Kept { layer, size };
                self.run.kept.replace(kept);
                answer
            }
            first if first.layer == layer && first.size != size => {
                let error =
                    ShapeError::new("a layer keeps the input size of its first call, which was ")
                        .number(first.size)
                        .text(", found ")
                        .number(size);
                Err(Failure::new(self.named(error.text(
                    "; use another layer for this input, or `Reshape` it",
                ))))
            }
            _ => answer,
        }
    }

    /// A number made of the path.
    const fn number(&self, start: u64) -> u64 {
        let start = match self.parent {
            Some(parent) => parent.number(start),
            None => return start,
        };
        let (name, index) = match self.step {
            Step::Root(name) | Step::Field(name) => (name.as_bytes(), 0),
            Step::Element(index) => (b"[" as &[u8], index),
        };
        let (mut number, mut i) = (start, 0);
        while i < name.len() {
            number = (number ^ name[i] as u64).wrapping_mul(PRIME);
            i += 1;
        }
        (number ^ (index as u64 + 257)).wrapping_mul(PRIME)
    }

    /// The same place, for a layer that is told whether it trains.
    pub const fn told(mut self, training: Value) -> Place<'a> {
        self.training = training.truth();
        self
    }

    /// Whether the layer trains.
    pub const fn training(&self) -> Value {
        self.run.asked.replace(true);
        match self.training {
            Truth::True => Value::truth_of(true),
            Truth::False => Value::truth_of(false),
            Truth::Unknown => Value::UNKNOWN,
        }
    }

    /// The same place, in a method that its `call` calls; `None` if that goes too deep.
    pub const fn inside(mut self) -> Option<Place<'a>> {
        self.depth += 1;
        match self.depth <= DEPTH && self.spend(1) {
            true => Some(self),
            false => None,
        }
    }

    /// Notes that it is not known what comes out of a line, unless that is one of the library's layers, which the user does not see.
    pub const fn lose(&self, block: &'static str, site: usize) {
        let is_own = matches!(block.as_bytes().first_chunk(), Some(b"nn_layers::"));
        if self.run.unknown.get().is_none() && !is_own {
            self.run.unknown.replace(Some((block, site)));
        }
    }

    /// Whether `lines` more lines can be followed.
    pub const fn spend(&self, lines: usize) -> bool {
        let left = self.run.budget.get();
        if lines > left {
            return false;
        }
        self.run.budget.replace(left - lines);
        true
    }

    /// A message with the path of the layer that it is about: `Conv2D expects .. (layer `block2.conv` of Net)`.
    pub const fn named(&self, error: ShapeError) -> ShapeError {
        self.after(error, " (layer `", "")
    }

    /// A message with the path of the layer in whose `call` it happened: `cannot add .. (in `block2` of Net)`.
    pub const fn within(&self, error: ShapeError) -> ShapeError {
        self.after(error, " (in `", " (in ")
    }

    /// A mistake in the `call` of this layer.
    pub const fn failed(&self, error: ShapeError) -> Failure {
        Failure::new(self.within(error))
    }

    const fn after(&self, error: ShapeError, open: &str, root: &str) -> ShapeError {
        let (top, error) = (self.top(), error.under(self.run.names));
        let error = match self.parent {
            None if root.is_empty() => return error,
            None => error.text(root).text(top),
            Some(_) => self.path(error.text(open)).text("` of ").text(top),
        };
        error.text(match self.run.is_training {
            true => ", while it trains)",
            false => ")",
        })
    }

    const fn top(&self) -> &'a str {
        let mut place = *self;
        loop {
            match (place.parent, place.step) {
                (Some(parent), _) => place = *parent,
                (None, Step::Root(name) | Step::Field(name)) => return name,
                (None, Step::Element(_)) => return "",
            }
        }
    }

    const fn path(&self, error: ShapeError) -> ShapeError {
        let Some(parent) = self.parent else {
            return error;
        };
        let error = parent.path(error);
        let error = match parent.parent {
            Some(_) => error.text("."),
            None => error,
        };
        match self.step {
            Step::Root(name) | Step::Field(name) => error.text(name),
            Step::Element(index) => error.number(index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_the_path_and_the_model() {
        let run = Run::new(false);
        let root = Place::root("Net", &run);
        let blocks = Place::field(&root, "blocks");
        let block = Place::element(&blocks, 1);
        let conv = Place::field(&block, "conv");
        let error = ShapeError::new("wrong");
        assert_eq!(
            conv.named(error).message(),
            "wrong (layer `blocks.1.conv` of Net)"
        );
        assert_eq!(
            block.within(error).message(),
            "wrong (in `blocks.1` of Net)"
        );
        assert_eq!(root.within(error).message(), "wrong (in Net)");
        assert_eq!(root.named(error).message(), "wrong");
    }

    #[test]
    fn a_run_has_an_end() {
        let run = Run::new(true);
        let root = Place::root("Net", &run);
        assert!(root.spend(BUDGET - 1) && !root.spend(2) && root.spend(1));
        let run = Run::new(true);
        let mut place = Place::root("Net", &run);
        for _ in 0..DEPTH {
            place = place.inside().unwrap();
        }
        assert!(place.inside().is_none());
    }
}
