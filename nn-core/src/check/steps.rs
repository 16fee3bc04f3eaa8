//! How far a `call` has come while it is followed, and how sure it is that its next line is reached.

use super::{Answer, Failure, Place, Truth, Value};

/// The state of one followed `call`.
///
/// A mistake counts at once where it is sure that its line is reached. In one of two branches of which either may be taken it is kept:
/// if the other branch is wrong as well, whichever is taken, the first of the two is reported.
pub struct Steps<'a> {
    at: &'a Place<'a>,
    /// The `#[model] impl` that is followed.
    block: &'static str,
    /// Whether this line is in one of two branches of which either may be taken.
    in_branch: bool,
    /// Whether a `return` may have been taken before.
    may_have_left: bool,
    /// What such a `return` returned.
    returned: Value,
    /// The first mistake of this branch.
    wrong: Option<Failure>,
    /// The mistake that ends it.
    failure: Option<Failure>,
}

/// A pair of branches that is being followed, with what held before.
#[derive(Clone, Copy)]
pub struct Branches {
    is_open: bool,
    was_in_branch: bool,
    had_left: bool,
    was_wrong: Option<Failure>,
    /// What the first branch came to.
    first_left: bool,
    first_wrong: Option<Failure>,
}

impl<'a> Steps<'a> {
    /// At the start of the `call` of a block.
    pub const fn new(at: &'a Place<'a>, block: &'static str) -> Steps<'a> {
        Steps {
            at,
            block,
            in_branch: false,
            may_have_left: false,
            returned: Value::NEVER,
            wrong: None,
            failure: None,
        }
    }

    /// Whether this line is certain to be reached.
    pub const fn is_sure(&self) -> bool {
        !self.in_branch && !self.may_have_left
    }

    /// The value of an answer at line `site`; `None` if a mistake there ends the `call`.
    pub const fn settle(&mut self, answer: Answer, site: usize) -> Option<Value> {
        match answer {
            Ok(value) => {
                if value.is_unknown() {
                    self.at.lose(self.block, site);
                }
                Some(value)
            }
            Err(_) if self.may_have_left => Some(Value::UNKNOWN),
            Err(failure) if self.in_branch => {
                if self.wrong.is_none() {
                    self.wrong = Some(failure.at(self.block, site));
                }
                Some(Value::UNKNOWN)
            }
            Err(failure) => {
                self.failure = Some(failure.at(self.block, site));
                None
            }
        }
    }

    /// A value that need not be known: a setting, a number.
    pub const fn read(&mut self, answer: Answer, site: usize) -> Option<Value> {
        match answer {
            Ok(value) => Some(value),
            wrong => self.settle(wrong, site),
        }
    }

    /// What a `call` that ended with a mistake answers.
    ///
    /// # Panics
    /// If there was none.
    pub const fn failed(&self) -> Answer {
        match self.failure {
            Some(failure) => Err(failure),
            None => panic!("there is no mistake"),
        }
    }

    /// `return value`: the answer, if it is sure that this line is reached.
    pub const fn leave(&mut self, value: Value) -> Option<Answer> {
        self.returned = self.returned.join(value);
        if !self.in_branch {
            return Some(Ok(self.returned));
        }
        self.may_have_left = true;
        None
    }

    /// After code that is not followed and may have returned something.
    pub const fn may_leave(&mut self) {
        self.may_have_left = true;
        self.returned = Value::UNKNOWN;
    }

    /// The answer at the end, with the value of the last line.
    pub const fn end(&self, value: Value) -> Answer {
        Ok(self.returned.join(value))
    }

    /// Goes into the first of two branches.
    pub const fn enter(&mut self, condition: Truth) -> Branches {
        let branches = Branches {
            is_open: condition.is_open(),
            was_in_branch: self.in_branch,
            had_left: self.may_have_left,
            was_wrong: self.wrong,
            first_left: false,
            first_wrong: None,
        };
        self.in_branch = self.in_branch || branches.is_open;
        if branches.is_open {
            self.wrong = None;
        }
        branches
    }

    /// Goes into the second of two branches.
    pub const fn otherwise(&mut self, branches: &mut Branches) {
        if !branches.is_open {
            return;
        }
        branches.first_left = self.may_have_left;
        branches.first_wrong = self.wrong;
        self.may_have_left = branches.had_left;
        self.wrong = None;
    }

    /// Comes out of both branches; `false` if there was a mistake in both, which ends the `call`.
    pub const fn join(&mut self, branches: Branches) -> bool {
        self.in_branch = branches.was_in_branch;
        if !branches.is_open {
            return true;
        }
        let wrong = match self.wrong {
            Some(_) => branches.first_wrong,
            None => None,
        };
        self.may_have_left = self.may_have_left || branches.first_left;
        self.wrong = branches.was_wrong;
        if wrong.is_none() || branches.had_left || self.wrong.is_some() {
            return true;
        }
        if self.in_branch {
            self.wrong = wrong;
            return true;
        }
        self.failure = wrong;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ShapeError;
    use crate::check::Run;

    fn wrong() -> Answer {
        Err(Failure::new(ShapeError::new("wrong")))
    }

    /// Follows two branches, and says whether a mistake ends the `call`.
    fn ends(condition: Truth, first: bool, second: bool) -> bool {
        let run = Run::new(false);
        let at = Place::root("Net", &run);
        let mut steps = Steps::new(&at, "");
        let mut branches = steps.enter(condition);
        if condition.may_be(true) && first && steps.settle(wrong(), 0).is_none() {
            return true;
        }
        steps.otherwise(&mut branches);
        if condition.may_be(false) && second && steps.settle(wrong(), 1).is_none() {
            return true;
        }
        !steps.join(branches)
    }

    #[test]
    fn a_mistake_counts_where_it_is_sure_to_be_met() {
        assert!(ends(Truth::True, true, false) && !ends(Truth::True, false, true));
        assert!(ends(Truth::False, false, true) && !ends(Truth::False, true, false));
        assert!(ends(Truth::Unknown, true, true));
        assert!(!ends(Truth::Unknown, true, false) && !ends(Truth::Unknown, false, true));
    }

    #[test]
    fn nothing_is_sure_behind_a_return_in_a_branch() {
        let run = Run::new(false);
        let at = Place::root("Net", &run);
        let mut steps = Steps::new(&at, "");
        let mut branches = steps.enter(Truth::Unknown);
        assert!(steps.leave(Value::int(1)).is_none());
        steps.otherwise(&mut branches);
        assert!(steps.join(branches) && !steps.is_sure());
        assert!(steps.settle(wrong(), 0) == Some(Value::UNKNOWN));
        assert!(steps.end(Value::int(1)).unwrap() == Value::int(1));
    }
}
