//! The equations of `EinsumDense`, read in a way that works in `const` evaluation too.

use crate::ShapeError;
use crate::core::sizes::Sizes;
use nn_core::{MAX_RANK, Shape, is_known};

/// Where an equation has `...`, which stands for dimensions that stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ellipsis {
    None,
    Left,
    Right,
}

/// `"abc,cd->abd"`: the letters of the input, of the kernel and of the output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Equation<'a> {
    text: &'a str,
    input: &'a str,
    kernel: &'a str,
    output: &'a str,
    ellipsis: Ellipsis,
}

/// What an equation says about an input.
pub(crate) struct Sized {
    pub output: Shape,
    pub kernel: Shape,
    /// The kernel's axes of the output; the others are summed over.
    pub of_output: [bool; MAX_RANK],
}

impl<'a> Equation<'a> {
    /// Reads an equation.
    pub const fn parse(text: &'a str) -> Result<Equation<'a>, ShapeError> {
        let (Some(comma), Some(dash)) = (find(text, b','), find(text, b'-')) else {
            return Err(malformed(text));
        };
        if comma > dash {
            return Err(malformed(text));
        }
        let (input, rest) = text.split_at(comma);
        let (kernel, rest) = rest.split_at(1).1.split_at(dash - comma - 1);
        if rest.len() < 2 || rest.as_bytes()[1] != b'>' {
            return Err(malformed(text));
        }
        let (input, ellipsis) = without_ellipsis(input);
        let (output, same) = without_ellipsis(rest.split_at(2).1);
        let equation = Equation {
            text,
            input,
            kernel,
            output,
            ellipsis,
        };
        if ellipsis as u8 != same as u8
            || !are_letters(input)
            || !are_letters(kernel)
            || !are_letters(output)
        {
            return Err(malformed(text));
        }
        // The sizes given are those behind the first one, the batch as a rule.
        if !matches!(ellipsis, Ellipsis::Left) && find(input, output.as_bytes()[0]).is_none() {
            let first = output.split_at(1).0;
            return Err(equation.wrong("`").text(first).text(
                "` is the first letter of the output, whose size only an axis of the input can say",
            ));
        }
        Ok(equation)
    }

    /// The shapes of output and kernel for an input; `target` are the sizes of the output, without the batch and without what `...`
    /// stands for.
    pub const fn sizes(&self, input: &Shape, target: &Sizes) -> Result<Sized, ShapeError> {
        let (letters, rank) = (self.input.len(), input.rank());
        let (fits, elided) = match self.ellipsis {
            Ellipsis::None => (rank == letters, 0),
            Ellipsis::Left => (rank > letters, rank.saturating_sub(letters)),
            Ellipsis::Right => (rank >= letters, rank.saturating_sub(letters)),
        };
        if !fits {
            let error = self
                .wrong("`")
                .text(self.input)
                .text("` has ")
                .number(letters);
            let more = match self.ellipsis {
                Ellipsis::None => " letters, its input rank ",
                Ellipsis::Left => {
                    " letters beside the batch and what `...` stands for, its input rank "
                }
                Ellipsis::Right => " letters beside what `...` stands for, its input rank ",
            };
            return Err(error.text(more).number(rank).text(" ").shape(input));
        }
        let batch = match self.ellipsis {
            Ellipsis::Left => 0,
            _ => 1,
        };
        let target = target.as_slice();
        if target.len() + batch != self.output.len() {
            let error = self
                .wrong("the output has ")
                .number(self.output.len() - batch);
            return Err(error
                .text(" letters beside the batch and `...`, and ")
                .number(target.len())
                .text(" sizes are given for it"));
        }
        let (mut dims, mut at) = ([0; MAX_RANK], 0);
        if self.output.len() + elided > MAX_RANK || self.kernel.len() > MAX_RANK {
            return Err(self.wrong("a tensor has at most 8 dimensions"));
        }
        if matches!(self.ellipsis, Ellipsis::Left) {
            while at < elided {
                dims[at] = input.dims()[at];
                at += 1;
            }
        }
        let first = at;
        let mut i = 0;
        while i < self.output.len() {
            let letter = self.output.as_bytes()[i];
            let given = if i < batch { None } else { target[i - batch] };
            let of_input = self.of_input(letter, input, elided);
            dims[at] = match (given, of_input) {
                (Some(n), Some(m)) if is_known(m) && n != m => {
                    let error = self
                        .wrong("`")
                        .text(self.output.split_at(i).1.split_at(1).0);
                    let error = error.text("` is ").number(m).text(" in ").shape(input);
                    return Err(error.text(" and ").number(n).text(" in the sizes given"));
                }
                (Some(n), _) => n,
                (None, Some(m)) => m,
                (None, None) => {
                    let error = self
                        .wrong("`")
                        .text(self.output.split_at(i).1.split_at(1).0);
                    return Err(error.text("` is no axis of the input: say its size"));
                }
            };
            if of_input.is_none() && find(self.kernel, letter).is_none() {
                let error = self
                    .wrong("`")
                    .text(self.output.split_at(i).1.split_at(1).0);
                return Err(error.text("` of the output is an axis of neither input nor kernel"));
            }
            at += 1;
            i += 1;
        }
        if matches!(self.ellipsis, Ellipsis::Right) {
            let mut k = letters;
            while k < rank {
                dims[at] = input.dims()[k];
                at += 1;
                k += 1;
            }
        }
        let (mut kernel, mut of_output) = ([0; MAX_RANK], [false; MAX_RANK]);
        let mut i = 0;
        while i < self.kernel.len() {
            let letter = self.kernel.as_bytes()[i];
            kernel[i] = match (
                find(self.output, letter),
                self.of_input(letter, input, elided),
            ) {
                (Some(place), _) => {
                    of_output[i] = true;
                    dims[first + place]
                }
                (None, Some(n)) => n,
                (None, None) => {
                    let error = self
                        .wrong("`")
                        .text(self.kernel.split_at(i).1.split_at(1).0);
                    return Err(
                        error.text("` of the kernel is an axis of neither input nor output")
                    );
                }
            };
            i += 1;
        }
        Ok(Sized {
            output: Shape::new(dims.split_at(at).0),
            kernel: Shape::new(kernel.split_at(self.kernel.len()).0),
            of_output,
        })
    }

    /// The size that a letter has in the input.
    const fn of_input(&self, letter: u8, input: &Shape, elided: usize) -> Option<usize> {
        match (find(self.input, letter), self.ellipsis) {
            (Some(i), Ellipsis::Left) => Some(input.dims()[elided + i]),
            (Some(i), _) => Some(input.dims()[i]),
            (None, _) => None,
        }
    }

    /// The shape of a bias along some of the output's letters: from the first of them on, with size 1 along the others.
    ///
    /// # Errors
    /// When one of the letters is none of the output, or there are none.
    pub fn bias(&self, axes: &str, output: &Shape, rank: usize) -> Result<Shape, ShapeError> {
        let elided = rank - self.input.len();
        let places = axes.bytes().map(|letter| find(self.output, letter));
        let Some(places) = places.collect::<Option<Vec<usize>>>() else {
            return Err(self
                .wrong("the bias has axes `")
                .text(axes)
                .text("`, which are not all axes of the output"));
        };
        let Some(&first) = places.iter().min() else {
            return Err(self.wrong("the bias has no axes; leave `bias_axes` out for no bias"));
        };
        let before = match self.ellipsis {
            Ellipsis::Left => elided,
            _ => 0,
        };
        let mut dims: Vec<usize> = (first..self.output.len())
            .map(|i| match places.contains(&i) {
                true => output.dims()[before + i],
                false => 1,
            })
            .collect();
        if self.ellipsis == Ellipsis::Right {
            dims.extend(std::iter::repeat_n(1, elided));
        }
        Ok(Shape::new(&dims))
    }

    /// The equation with letters in place of `...`.
    pub fn spelled_out(&self, rank: usize) -> String {
        let elided = rank - self.input.len();
        let used = [self.input, self.kernel, self.output];
        let free = ('A'..='Z')
            .chain('a'..='z')
            .filter(|c| !used.iter().any(|u| u.contains(*c)));
        let more: String = free.take(elided).collect();
        let Equation {
            input,
            kernel,
            output,
            ..
        } = self;
        match self.ellipsis {
            Ellipsis::None => self.text.to_string(),
            Ellipsis::Left => format!("{more}{input},{kernel}->{more}{output}"),
            Ellipsis::Right => format!("{input}{more},{kernel}->{output}{more}"),
        }
    }

    const fn wrong(&self, what: &str) -> ShapeError {
        ShapeError::new("EinsumDense \"")
            .text(self.text)
            .text("\": ")
            .text(what)
    }
}

const fn malformed(text: &str) -> ShapeError {
    let error = ShapeError::new("EinsumDense \"").text(text);
    error.text("\": an equation is of the form \"ab,bc->ac\", \"...b,bc->...c\" or \"ab...,bc->ac...\", each letter once in a word")
}

/// Where a letter is.
const fn find(text: &str, letter: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] == letter {
            return Some(i);
        }
        i += 1;
    }
    None
}

const fn without_ellipsis(word: &str) -> (&str, Ellipsis) {
    let (bytes, n) = (word.as_bytes(), word.len());
    if n >= 3 && bytes[0] == b'.' && bytes[1] == b'.' && bytes[2] == b'.' {
        return (word.split_at(3).1, Ellipsis::Left);
    }
    if n >= 3 && bytes[n - 1] == b'.' && bytes[n - 2] == b'.' && bytes[n - 3] == b'.' {
        return (word.split_at(n - 3).0, Ellipsis::Right);
    }
    (word, Ellipsis::None)
}

/// Whether a word is of letters, each of which comes once.
const fn are_letters(word: &str) -> bool {
    let bytes = word.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let first = match find(word, bytes[i]) {
            Some(first) => first,
            None => i,
        };
        if !bytes[i].is_ascii_alphabetic() || first != i {
            return false;
        }
        i += 1;
    }
    !bytes.is_empty()
}
