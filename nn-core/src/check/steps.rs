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
    /// Whether this branch ended in a panic or an error.
    has_failed: bool,
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
    first_failed: bool,
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
            has_failed: false,
            wrong: None,
            failure: None,
        }
    }

    /// Whether this line is certain to be reached.
    pub const fn is_sure(&self) -> bool {
        !self.in_branch && !self.may_have_left
    }

    /// The layer that is followed, with what happens in this line certain only if the line is.
    pub const fn place(&self) -> Place<'a> {
        self.at.when(self.is_sure())
    }

    /// `return value`: the answer, if it is sure that this line is reached.
    pub const fn leave(&mut self, value: Value) -> Option<Answer> {
        if let Some(failure) = self.failure {
            return Some(Err(failure));
        }
        self.returned = self.returned.join(value);
        if !self.in_branch {
            return Some(Ok(self.returned));
        }
        self.may_have_left = true;
        None
    }

    /// A panic, or the return of an error: the answer, if it is sure that this line is reached. No way on leads through it.
    pub const fn fail(&mut self) -> Option<Answer> {
        if let Some(failure) = self.failure {
            return Some(Err(failure));
        }
        if !self.in_branch {
            return Some(Ok(self.returned));
        }
        self.has_failed = true;
        None
    }

    /// After code that is not followed and may have returned something.
    pub const fn may_leave(&mut self) {
        self.may_have_left = true;
        self.returned = Value::UNKNOWN;
    }

    /// Where an error may leave a method that gives a `Result`, which is followed as the value of its `Ok`.
    pub const fn may_give_nothing(&mut self) {
        self.may_have_left = true;
    }

    /// The answer at the end, with the value of the last line.
    pub const fn end(&self, value: Value) -> Answer {
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.returned.join(value)),
        }
    }

    /// Goes into the first of two branches.
    pub const fn enter(&mut self, condition: Truth) -> Branches {
        let branches = Branches {
            is_open: condition.is_open(),
            was_in_branch: self.in_branch,
            had_left: self.may_have_left,
            was_wrong: self.wrong,
            first_left: false,
            first_failed: false,
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
        branches.first_failed = self.has_failed;
        branches.first_wrong = self.wrong;
        self.has_failed = false;
        self.may_have_left = branches.had_left;
        self.wrong = None;
    }

    /// Comes out of both branches. A mistake in both ends the `call`, and so does one in the only branch that comes so far.
    pub const fn join(&mut self, branches: Branches) {
        self.in_branch = branches.was_in_branch;
        if !branches.is_open {
            return;
        }
        // One that may have left before it failed is a way all the same.
        let first_failed = branches.first_failed && !branches.first_left;
        let failed = self.has_failed && !self.may_have_left;
        let wrong = match (first_failed, failed, self.wrong) {
            (true, true, _) => None,
            (true, false, second) => second,
            (false, false, None) => None,
            (false, _, _) => branches.first_wrong,
        };
        self.has_failed = self.has_failed && branches.first_failed;
        self.may_have_left = self.may_have_left || branches.first_left;
        self.wrong = branches.was_wrong;
        if wrong.is_none() || branches.had_left || self.wrong.is_some() {
            return;
        }
        match self.in_branch {
            true => self.wrong = wrong,
            false if self.failure.is_none() => self.failure = wrong,
            false => {}
        }
    }
}

/// The value of an answer at line `site`. A mistake that is sure to be met there ends the `call`: what is followed after it counts for nothing.
pub const fn settle(answer: Answer, steps: &mut Steps<'_>, site: usize) -> Value {
    let failure = match answer {
        Ok(value) => {
            if value.is_unknown() {
                steps.at.lose(steps.block, site);
            }
            return value;
        }
        Err(failure) => failure.at(steps.block, site),
    };
    if !steps.may_have_left && !steps.has_failed {
        let first = match steps.in_branch {
            true => &mut steps.wrong,
            false => &mut steps.failure,
        };
        if first.is_none() {
            *first = Some(failure);
        }
    }
    Value::UNKNOWN
}

/// The same of a value that need not be known: a setting, a number.
pub const fn read(answer: Answer, steps: &mut Steps<'_>, site: usize) -> Value {
    match answer {
        Ok(value) => value,
        wrong => settle(wrong, steps, site),
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
        if condition.may_be(true) && first {
            settle(wrong(), &mut steps, 0);
        }
        steps.otherwise(&mut branches);
        if condition.may_be(false) && second {
            settle(wrong(), &mut steps, 1);
        }
        steps.join(branches);
        steps.end(Value::UNKNOWN).is_err()
    }

    #[test]
    fn a_mistake_counts_where_it_is_sure_to_be_met() {
        assert!(ends(Truth::True, true, false) && !ends(Truth::True, false, true));
        assert!(ends(Truth::False, false, true) && !ends(Truth::False, true, false));
        assert!(ends(Truth::Unknown, true, true));
        assert!(!ends(Truth::Unknown, true, false) && !ends(Truth::Unknown, false, true));
    }

    #[test]
    fn what_fails_in_one_branch_is_sure_in_the_other() {
        let run = Run::new(false);
        let at = Place::root("Net", &run);
        for (second_is_wrong, is_wrong_behind) in [(true, false), (false, true), (false, false)] {
            let mut steps = Steps::new(&at, "");
            let mut branches = steps.enter(Truth::Unknown);
            assert!(steps.fail().is_none());
            settle(wrong(), &mut steps, 0);
            steps.otherwise(&mut branches);
            if second_is_wrong {
                settle(wrong(), &mut steps, 1);
            }
            steps.join(branches);
            if is_wrong_behind {
                settle(wrong(), &mut steps, 2);
            }
            let is_wrong = second_is_wrong || is_wrong_behind;
            assert_eq!(steps.end(Value::UNKNOWN).is_err(), is_wrong);
        }
    }

    #[test]
    fn nothing_is_sure_behind_a_return_in_a_branch() {
        let run = Run::new(false);
        let at = Place::root("Net", &run);
        let mut steps = Steps::new(&at, "");
        let mut branches = steps.enter(Truth::Unknown);
        assert!(steps.leave(Value::int(1)).is_none());
        steps.otherwise(&mut branches);
        steps.join(branches);
        assert!(!steps.is_sure());
        assert!(settle(wrong(), &mut steps, 0) == Value::UNKNOWN);
        assert!(steps.end(Value::int(1)).unwrap() == Value::int(1));
    }

    #[test]
    fn the_first_mistake_is_the_one_that_is_reported() {
        let mistake = |text: &str| Err(Failure::new(ShapeError::new(text)));
        let run = Run::new(false);
        let at = Place::root("Net", &run);
        let mut steps = Steps::new(&at, "");
        settle(mistake("first"), &mut steps, 0);
        settle(mistake("second"), &mut steps, 1);
        let mut branches = steps.enter(Truth::Unknown);
        assert!(steps.leave(Value::int(1)).unwrap().is_err());
        settle(mistake("third"), &mut steps, 2);
        steps.otherwise(&mut branches);
        settle(mistake("fourth"), &mut steps, 3);
        steps.join(branches);
        let failure = steps.end(Value::int(1)).unwrap_err();
        assert_eq!(failure.message(), "first");
    }
}
