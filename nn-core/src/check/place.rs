//! Where in a tree of models the compiler is.

use super::Failure;
use crate::ShapeError;

/// A layer that is being called, and those that called it.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
    /// Whether this call is certain to happen: not in one branch of an `if` that depends on what is not known.
    pub sure: bool,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root(&'a str),
    Field(&'a str),
    Element(usize),
}

impl<'a> Place<'a> {
    /// The model itself.
    pub const fn root(class_name: &'a str) -> Place<'a> {
        Place {
            parent: None,
            step: Step::Root(class_name),
            sure: true,
        }
    }

    /// The field `name` of the layer at a place.
    pub const fn field(parent: &'a Place<'a>, name: &'a str) -> Place<'a> {
        Place {
            parent: Some(parent),
            step: Step::Field(name),
            sure: parent.sure,
        }
    }

    /// An element of the container at a place.
    pub const fn element(parent: &'a Place<'a>, index: usize) -> Place<'a> {
        Place {
            parent: Some(parent),
            step: Step::Element(index),
            sure: parent.sure,
        }
    }

    /// The same place, with what happens there certain only if this is.
    pub const fn when(mut self, sure: bool) -> Place<'a> {
        self.sure = self.sure && sure;
        self
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
        let top = self.top();
        match self.parent {
            None if root.is_empty() => error,
            None => error.text(root).text(top).text(")"),
            Some(_) => self
                .path(error.text(open))
                .text("` of ")
                .text(top)
                .text(")"),
        }
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
        let root = Place::root("Net");
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
}
