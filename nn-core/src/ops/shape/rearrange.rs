//! Axes in another order, put together and taken apart by their names.

use crate::{ANYTHING, Error, Result, Shape, Tensor, is_known};

/// One side of a pattern: the names of each axis, several of one that is put together.
struct Side<'a>(Vec<Vec<&'a str>>);

impl<'a> Side<'a> {
    /// What a side says, `b (h w) c`.
    fn read(text: &'a str) -> std::result::Result<Side<'a>, String> {
        let mut axes: Vec<Vec<&str>> = Vec::new();
        let mut is_open = false;
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '(' | ')' => 1,
                _ => rest
                    .find(|c: char| c.is_whitespace() || "()".contains(c))
                    .unwrap_or(rest.len()),
            };
            let (word, after) = rest.split_at(length);
            match (word, is_open) {
                ("(", false) => {
                    is_open = true;
                    axes.push(Vec::new());
                }
                (")", true) => is_open = false,
                ("(" | ")", _) => return Err(format!("`{word}` is one too many in `{text}`")),
                (name, _) if !is_name(name) => {
                    return Err(format!("`{name}` is no name of an axis"));
                }
                (name, true) => axes.last_mut().into_iter().for_each(|axis| axis.push(name)),
                (name, false) => axes.push(vec![name]),
            }
            rest = after.trim_start();
        }
        match is_open {
            true => Err(format!("a `)` is missing in `{text}`")),
            false => Ok(Side(axes)),
        }
    }

    /// All names in order.
    fn names(&self) -> Vec<&'a str> {
        self.0.concat()
    }
}

fn is_name(word: &str) -> bool {
    let begins = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
    begins && word.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// The sizes of the names on the left side, of a tensor of a shape.
fn sizes(shape: &Shape, left: &Side<'_>, lengths: &[(&str, usize)]) -> Result<Vec<usize>> {
    let given = |name: &str| {
        let found = lengths.iter().find(|(given, _)| *given == name);
        found.map(|&(_, size)| size)
    };
    let mut all = Vec::new();
    for (axis, (names, &whole)) in left.0.iter().zip(&shape[..]).enumerate() {
        let wrong = |why: String| Error::shape(format!("axis {axis} of {shape} {why}"));
        let open: Vec<&&str> = names.iter().filter(|name| given(name).is_none()).collect();
        let known: Vec<usize> = names.iter().filter_map(|name| given(name)).collect();
        let product = known
            .iter()
            .try_fold(1_usize, |product, &size| product.checked_mul(size))
            .ok_or_else(|| wrong("is taken apart into too many elements".into()))?;
        let left_over = match open[..] {
            [_, second, ..] => {
                return Err(wrong(format!(
                    "is taken apart into several sizes that nothing says: give that of `{second}`, `rearrange_with(.., [(\"{second}\", 2)])`"
                )));
            }
            [] if is_known(whole) && product != whole => {
                return Err(wrong(format!(
                    "is not the {product} elements that `{}` says",
                    names.join(" ")
                )));
            }
            [] => 1,
            [_] if product == 1 => whole,
            [_] if !is_known(whole) => ANYTHING,
            [_] if product > 0 && whole.is_multiple_of(product) => whole / product,
            [_] => {
                return Err(wrong(format!(
                    "is not a multiple of {product}, into which `{}` takes it apart",
                    names.join(" ")
                )));
            }
        };
        all.extend(names.iter().map(|name| given(name).unwrap_or(left_over)));
    }
    Ok(all)
}

/// The checked sides of a pattern, for a tensor of a shape.
fn read<'a>(
    pattern: &'a str,
    shape: &Shape,
    lengths: &[(&str, usize)],
) -> Result<(Side<'a>, Side<'a>)> {
    let wrong = |why: String| Error::value(format!("rearrange `{pattern}`: {why}"));
    let (left, right) = pattern.split_once("->").ok_or_else(|| {
        wrong("a pattern has two sides, as `b h w c -> b (h w) c` has them".into())
    })?;
    let left = Side::read(left).map_err(wrong)?;
    let right = Side::read(right).map_err(wrong)?;
    let (names, to) = (left.names(), right.names());
    for (side, other) in [(&names, &to), (&to, &names)] {
        for (i, name) in side.iter().enumerate() {
            if side[..i].contains(name) {
                return Err(wrong(format!("`{name}` stands twice on one side")));
            }
            if !other.contains(name) {
                return Err(wrong(format!("`{name}` stands on one side only")));
            }
        }
    }
    if let Some((name, _)) = lengths.iter().find(|(name, _)| !names.contains(name)) {
        return Err(wrong(format!("there is no axis `{name}` to have a size")));
    }
    if left.0.len() != shape.rank() {
        return Err(wrong(format!(
            "it is of tensors with {} axes, found {shape}",
            left.0.len()
        )));
    }
    Ok((left, right))
}

impl Tensor {
    /// The axes in another order, by names of one's own: of `"b h w c -> b c (h w)"` the left side names them, and the right one says how they
    /// stand then; those in brackets become one. In brackets on the left side, one axis is taken apart, where one of its sizes at most is
    /// what is left: the others are given to [`Tensor::rearrange_with`].
    ///
    /// Source: Keras's `ops.rearrange`, after einops (Rogozhnikov 2022).
    ///
    /// ```
    /// # use nn::Tensor;
    /// let images = Tensor::zeros([2, 6, 4, 3]);
    /// assert_eq!(images.rearrange("b h w c -> b c h w").shape(), [2, 3, 6, 4]);
    /// assert_eq!(images.rearrange("b h w c -> b (h w) c").shape(), [2, 24, 3]);
    /// ```
    #[track_caller]
    pub fn rearrange(&self, pattern: &str) -> Tensor {
        self.rearrange_with(pattern, [])
    }

    /// As [`Tensor::rearrange`] with the sizes of some names.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let images = Tensor::zeros([2, 6, 4, 3]);
    /// let patches = images.rearrange_with("b (h i) (w j) c -> (b h w) i j c", [("i", 3), ("j", 2)]);
    /// assert_eq!(patches.shape(), [8, 3, 2, 3]);
    /// ```
    #[track_caller]
    pub fn rearrange_with<'a>(
        &self,
        pattern: &str,
        lengths: impl AsRef<[(&'a str, usize)]>,
    ) -> Tensor {
        if self.error().is_some() {
            return self.clone();
        }
        let (shape, lengths) = (self.raw_shape(), lengths.as_ref());
        let plan = || {
            let (left, right) = read(pattern, shape, lengths)?;
            Ok((sizes(shape, &left, lengths)?, left.names(), right))
        };
        let (sizes, names, right) = match plan() {
            Ok(plan) => plan,
            Err(error) => return self.fail("rearrange", error),
        };
        let place = |name: &str| names.iter().position(|n| *n == name).unwrap_or(0);
        let order: Vec<isize> = right
            .names()
            .iter()
            .map(|name| place(name) as isize)
            .collect();
        let together = right.0.iter().map(|axis| {
            let sizes: Vec<usize> = axis.iter().map(|name| sizes[place(name)]).collect();
            Shape::from(sizes).num_elements()
        });
        let together: Vec<usize> = together.collect();
        self.reshape(Shape::from(sizes))
            .transpose(order)
            .reshape(Shape::from(together))
            .named("rearrange", &[self])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn moves_axes() {
        let x = Tensor::arange(24).reshape([2, 3, 4]);
        let same = |a: Tensor, b: Tensor| {
            assert_eq!(a.shape(), b.shape());
            assert_eq!(a.to_vec::<i64>().unwrap(), b.to_vec::<i64>().unwrap());
        };
        same(x.rearrange("a b c->c a b"), x.transpose([2, 0, 1]));
        same(
            x.rearrange("a b c -> (c a) b"),
            x.transpose([2, 0, 1]).reshape([8, 3]),
        );
        same(
            x.rearrange_with("a b (c d) -> (a c) (b d)", [("d", 2)]),
            x.reshape([2, 3, 2, 2])
                .transpose([0, 2, 1, 3])
                .reshape([4, 6]),
        );
        same(
            x.rearrange(" a  b (c) -> a b () c ".trim()),
            x.expand_dims(2),
        );
        same(Tensor::from(5_i64).rearrange("->"), Tensor::from(5_i64));
    }

    #[test]
    fn of_open_sizes() {
        let x = Tensor::abstract_of([UNKNOWN, 6, 4], DType::F32);
        let shape = |pattern: &str, lengths: &[(&'static str, usize)]| {
            x.rearrange_with(pattern, lengths)
                .try_shape()
                .unwrap()
                .to_string()
        };
        assert_eq!(shape("b t c -> b c t", &[]), "[_, 4, 6]");
        assert_eq!(shape("b (t s) c -> b t (s c)", &[("s", 2)]), "[_, 3, 8]");
        let heads = shape("b t (h d) -> (b h) t d", &[("h", 2)]);
        assert!(heads.ends_with(", 6, 2]"), "{heads}");
    }

    #[test]
    fn patterns_that_say_nothing() {
        let x = Tensor::zeros([2, 6]);
        for (pattern, lengths, said) in [
            ("a b", &[][..], "two sides"),
            ("a b -> a", &[], "`b` stands on one side only"),
            ("a a -> a", &[], "twice"),
            ("a b c -> c b a", &[], "3 axes, found [2, 6]"),
            ("a (b c -> a b c", &[], "`)` is missing"),
            ("a b) -> a b", &[], "one too many"),
            ("a ((b)) -> a b", &[], "one too many"),
            ("a 1 -> a 1", &[], "`1` is no name"),
            ("a (b c) -> a b c", &[], "give that of `c`"),
            ("a (b c) -> a b c", &[("c", 4)], "not a multiple of 4"),
            ("a (b c) -> a b c", &[("c", 0)], "not a multiple of 0"),
            (
                "a (b c) -> a b c",
                &[("b", 2), ("c", 2)],
                "not the 4 elements",
            ),
            ("a b -> b a", &[("a", 3)], "not the 3 elements"),
            ("a b -> b a", &[("d", 3)], "no axis `d`"),
        ] {
            let e = x.rearrange_with(pattern, lengths).into_result();
            let e = e.unwrap_err().to_string();
            assert!(e.contains(said) && e.contains("(in `rearrange`"), "{e}");
        }
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| {
                x[0].rearrange_with("a (b c) -> (c a) b", [("c", 3)])
                    .square()
            },
            &[&[2, 6]],
        );
    }
}
