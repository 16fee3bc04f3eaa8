//! Statements that change a variable, leave early or mean something else than they seem to: what the compiler follows must stay right,
//! and what it does not follow must be unknown to it.

use crate::generate::Writer;

/// What stands before the structs of every model.
pub const ITEMS: &str = "\
macro_rules! through { ($x:ident, $layer:expr) => { $x = $layer.forward(&$x); }; }
macro_rules! leave_if_empty { ($x:expr) => { if $x.rank() == 9 { return $x.clone(); } }; }
const THREE: usize = 3;
fn widen(t: &mut Tensor) { *t = nn::concatenate([&*t, &*t], -1); }
trait Replace { fn replace_by(&mut self, by: Tensor); }
impl Replace for Tensor { fn replace_by(&mut self, by: Tensor) { *self = by; } }
struct Two { first: Tensor, second: Tensor }
";

impl Writer<'_> {
    /// A statement on an `x` of a shape (without the batch), and the shape after it.
    pub fn statement(&mut self, shape: Vec<usize>) -> Vec<usize> {
        match self.dice.below(5) {
            0 => self.changed(shape),
            1 => self.left(shape),
            2 => self.told_apart(shape),
            3 => self.written_otherwise(shape),
            _ => self.taken_apart(shape),
        }
    }

    /// The compiler may not follow this.
    pub fn closed(&mut self, line: impl AsRef<str>) {
        *self.is_open = false;
        self.line(line);
    }

    /// A layer that makes the last dimension another one.
    pub fn layer(&mut self) -> (String, usize) {
        let units = 1 + self.dice.below(5);
        (self.field("Dense", &units.to_string()), units)
    }

    /// Variables changed by methods, macros, references and assignments.
    fn changed(&mut self, mut shape: Vec<usize>) -> Vec<usize> {
        let rank = shape.len();
        let Some(&last) = shape.last() else {
            return shape;
        };
        match self.dice.below(14) {
            0 => {
                let (name, units) = self.layer();
                self.closed(format!(
                    "let other = self.{name}(&x);\nif x.rank() > 0 {{ x.clone_from(&other); }}"
                ));
                shape[rank - 1] = units;
            }
            1 if rank < 3 => {
                self.closed(
                    "let mut dims = x.shape().to_vec();\ndims.push(1);\nx = x.reshape(dims);",
                );
                shape.push(1);
            }
            2 => {
                let (name, units) = self.layer();
                self.closed(format!("through!(x, self.{name});"));
                shape[rank - 1] = units;
            }
            3 => {
                self.closed("widen(&mut x);");
                shape[rank - 1] = 2 * last;
            }
            4 => {
                let (name, units) = self.layer();
                self.closed(format!("let wide = self.{name}(&x);\nx.replace_by(wide);"));
                shape[rank - 1] = units;
            }
            5 => self.line("let mut scale = 2.0;\nscale *= 0.5;\nx = x * scale;"),
            6 => {
                let (name, units) = self.layer();
                self.closed(format!(
                    "let (mut a, mut b) = (self.{name}(&x), x.clone());\n(a, b) = (b, a);\nlet _ = a;\nx = b;"
                ));
                shape[rank - 1] = units;
            }
            7 => {
                let (name, units) = self.layer();
                self.closed(format!(
                    "let mut list = vec![x.clone()];\nlist.push(self.{name}(&x));\nx = list.swap_remove(1);"
                ));
                shape[rank - 1] = units;
            }
            8 => {
                let (name, units) = self.layer();
                self.closed(format!(
                    "match x {{ ref mut t => *t = self.{name}.forward(&*t) }}"
                ));
                shape[rank - 1] = units;
            }
            9 => {
                let (name, units) = self.layer();
                self.closed(format!(
                    "{{ let inner = &mut x; *inner = self.{name}.forward(&*inner); }}"
                ));
                shape[rank - 1] = units;
            }
            10 => {
                let (name, units) = self.layer();
                self.closed(format!(
                    "let mut other = self.{name}(&x);\nstd::mem::swap(&mut x, &mut other);\nlet _ = other;"
                ));
                shape[rank - 1] = units;
            }
            11 => {
                let size = last + self.dice.below(3);
                self.closed(format!(
                    "let mut n = {size};\n{{ let mut set = || n = x.shape()[{rank}]; set(); }}\n\
                     let mut dims = x.shape().to_vec();\ndims[{rank}] = n;\nx = x.reshape(dims);"
                ));
            }
            12 => {
                use_of_not(self);
                shape.remove(0);
                if shape.is_empty() {
                    self.line("x = x.expand_dims(1);");
                    shape.push(1);
                }
            }
            _ => {
                let (name, units) = self.layer();
                self.closed(format!(
                    "let mut pair = (x.clone(), 0);\npair.1 += 1;\npair.0 = self.{name}.forward(&pair.0);\nx = pair.0;"
                ));
                shape[rank - 1] = units;
            }
        }
        shape
    }

    /// Loops and functions that are left before their end.
    fn left(&mut self, mut shape: Vec<usize>) -> Vec<usize> {
        let rank = shape.len();
        let Some(&last) = shape.last() else {
            return shape;
        };
        match self.dice.below(10) {
            0 => {
                let (name, units) = self.layer();
                self.closed(format!("loop {{ x = self.{name}.forward(&x); break; }}"));
                shape[rank - 1] = units;
            }
            1 => {
                let (name, units) = self.layer();
                self.closed(format!(
                    "for i in 0..3 {{ if i == 1 {{ break; }} x = self.{name}.forward(&x); }}"
                ));
                shape[rank - 1] = units;
            }
            2 => {
                let name = self.field("Dense", &last.to_string());
                let range = self.dice.pick(&["0..=1", "0..2", "1..THREE"]);
                self.line(format!(
                    "for _ in {range} {{ x = self.{name}.forward(&x); }}"
                ));
            }
            3 => self.line("if x.rank() == 7 { return x.mean_axis(1); }"),
            4 => self.closed("if x.shape()[0] == 0 { return x; }"),
            5 => self.closed("leave_if_empty!(x);"),
            6 => self.line("for k in [2, 3] { x = x * k as f32; }"),
            7 => {
                let (name, units) = self.layer();
                self.closed(format!(
                    "'out: {{ if x.rank() == 9 {{ break 'out; }} x = self.{name}.forward(&x); }}"
                ));
                shape[rank - 1] = units;
            }
            8 => {
                let (name, units) = self.layer();
                self.closed(format!(
                    "let mut turns = [1].iter();\nwhile let Some(_) = turns.next() {{ x = self.{name}.forward(&x); }}"
                ));
                shape[rank - 1] = units;
            }
            _ => self.closed("let Some(y) = Some(x.relu()) else { return x; };\nx = y;"),
        }
        shape
    }

    /// Names with another meaning, closures, functions, and branches of all kinds.
    fn told_apart(&mut self, mut shape: Vec<usize>) -> Vec<usize> {
        let rank = shape.len();
        match self.dice.below(12) {
            0 => self.line("let mut x = { let x = x.tanh(); x.relu() };"),
            1 => self.closed(
                "{ fn concatenate(a: [&Tensor; 2], n: isize) -> Tensor { a[0] * n as f32 }\nx = concatenate([&x, &x], 1); }",
            ),
            2 => self.closed("let f = |t: &Tensor| t.relu();\nx = f(&x);"),
            3 => {
                let known = rank + 1;
                self.line(format!(
                    "x = match x.rank() {{ {known} => x.relu(), 9 | 10 => x.mean_axis(8), _ => x.matmul(x.mean()) }};"
                ));
            }
            4 => self.line("x = match training { true => x.relu(), false => x.tanh() };"),
            5 => self.line("if let Some(y) = Some(x.clone()) { x = y.relu(); }"),
            6 => self.closed("#[cfg(any())]\n{ x = x.mean_axis(1).mean_axis(1); }"),
            7 => {
                let (name, units) = self.layer();
                let method = format!("through_{name}");
                self.methods.push_str(&format!(
                    "fn {method}(&self, x: &Tensor, scale: usize) -> Tensor {{ if scale == 0 {{ return x.mean(); }} self.{name}(x) * scale as f32 }}\n"
                ));
                self.line(format!("x = self.{method}(&x, THREE);"));
                shape[rank - 1] = units;
            }
            8 => {
                let name = format!("halves{}", self.names);
                self.names += 1;
                self.methods.push_str(&format!(
                    "fn {name}(x: Tensor) -> (Tensor, Tensor) {{ (x.relu(), x.mean_axis(-1)) }}\n"
                ));
                self.line(format!("(x, _) = Self::{name}(x);"));
                *self.is_open = false;
            }
            9 => self.closed(
                "let choice = if x.shape()[0] > 5 { Some(x.relu()) } else { None };\nif let Some(y) = choice { x = y; }",
            ),
            10 => self.line("if x.shape()[0] > 5 && { x = x.relu(); true } { x = x.tanh(); }"),
            _ => {
                let open = self.dice.pick(&["x.shape()[0] > 5", "training"]);
                let last = rank as isize;
                self.line(format!(
                    "let y = if {open} {{ x.max_axis({last}) }} else {{ x.min_axis({last}) }};\nx = x + y.expand_dims({last});"
                ));
            }
        }
        shape
    }

    /// What could be written in a plainer way: patterns, paths, iterators, options and results.
    fn written_otherwise(&mut self, mut shape: Vec<usize>) -> Vec<usize> {
        let rank = shape.len();
        let Some(&last) = shape.last() else {
            return shape;
        };
        let units = 1 + self.dice.below(5);
        // A second size that may not fit the first.
        let other = match self.dice.once_in(self.wrong) {
            true => units + 1,
            false => units,
        };
        let (n, m) = (units.to_string(), other.to_string());
        let layer = |this: &mut Self, ty: &str| this.field(ty, &n);
        let to = match self.dice.below(15) {
            0 => {
                let (a, b) = (layer(self, "Dense"), self.field("Dense", &m));
                self.line(format!(
                    "let Self {{ {a}: first, {b}, .. }} = self;\nx = first.forward(&x) + {b}.forward(&x);"
                ));
                units.max(other)
            }
            1 => {
                let name = layer(self, "Option<Dense>");
                self.line(format!(
                    "x = match &self.{name} {{ Some(layer) => layer.forward(&x), None => x.mean() }};"
                ));
                units
            }
            2 => {
                let name = self.field("Option<Dense>", "None");
                self.line(format!(
                    "if let Some(layer) = self.{name}.as_ref() {{ x = layer.forward(&x).mean(); }}\nx = self.{name}(x);"
                ));
                last
            }
            3 => {
                let name = layer(self, "[Dense; 2]");
                let first = self.dice.pick(&["x.clone()", "x.relu()"]);
                match units == last || self.dice.once_in(self.wrong) {
                    true => self.line(format!(
                        "x = self.{name}.iter().fold({first}, |x, layer| layer.forward(&x) + x);"
                    )),
                    false => self.line(format!(
                        "x = self.{name}.iter().fold({first}, |x, layer| layer.forward(&x));"
                    )),
                }
                units
            }
            4 => {
                let name = layer(self, "[Dense; 2]");
                self.line(format!(
                    "let heads: Vec<Tensor> = self.{name}.iter().map(|head| head.forward(&x)).collect();\nx = nn::concatenate(&heads, -1);"
                ));
                2 * units
            }
            5 => {
                self.line("let Ok(y) = x.clone().into_result() else { panic!(\"failed\") };\nx = y.relu();");
                last
            }
            6 => {
                let (a, b) = (layer(self, "Dense"), self.field("Dense", &m));
                self.line(format!(
                    "let (y, (z, _)) = (self.{a}(&x), (self.{b}(&x), 1));\nx = y + z;"
                ));
                units.max(other)
            }
            7 => {
                let (a, b) = (layer(self, "Dense"), self.field("Dense", &m));
                self.line(format!(
                    "x = std::ops::Add::add(Layer::forward(&self.{a}, &x), Self::{b}(self, &x));"
                ));
                units.max(other)
            }
            8 => {
                let (a, b) = (layer(self, "Dense"), self.field("Dense", &m));
                self.line(format!(
                    "let two = Two {{ second: self.{a}(&x), first: self.{b}(&x) }};\nx = two.first + two.second;"
                ));
                units.max(other)
            }
            9 => {
                let name = layer(self, "Dense");
                let method = format!("checked_{name}");
                self.methods.push_str(&format!(
                    "fn {method}(&self, x: &Tensor) -> nn::Result<Tensor> {{ if x.shape()[0] == 9 {{ return Err(nn::Error::value(\"nine\")); }} let y = self.{name}(x).into_result()?; Ok(y) }}\n"
                ));
                self.line(format!("x = self.{method}(&x).expect(\"not nine\");"));
                units
            }
            10 => {
                let name = layer(self, "Dense");
                self.line(format!(
                    "if x.shape()[0] == 7 {{ if training {{ panic!(\"seven\"); }} unreachable!() }}\nx = self.{name}(x);"
                ));
                units
            }
            11 => {
                let name = self.field("[Dense; 3]", &last.to_string());
                self.line(format!(
                    "self.{name}.iter().enumerate().for_each(|(i, layer)| x = layer.forward(&x) * i as f32);"
                ));
                last
            }
            12 => {
                let name = layer(self, "Dense");
                self.line(format!(
                    "let mut y = x.clone();\ny.clone_from(&self.{name}(&x));\nx = y.to_owned();"
                ));
                units
            }
            13 => {
                self.closed(format!(
                    "let mut axis = {rank};\n(0..2).for_each(move |_| {{ axis += 1; let _ = axis; }});\nx = x.max_axis(axis).expand_dims(axis);"
                ));
                1
            }
            _ => {
                let name = layer(self, "Dense");
                self.closed(format!(
                    "let sizes: std::collections::BTreeSet<usize> = (0..3).map(|_| 4).collect();\nfor _ in &sizes {{ x = self.{name}.forward(&x); }}"
                ));
                units
            }
        };
        shape[rank - 1] = to;
        shape
    }

    /// Parts of tensors, and functions of several.
    fn taken_apart(&mut self, mut shape: Vec<usize>) -> Vec<usize> {
        let rank = shape.len();
        let Some(&last) = shape.last() else {
            return shape;
        };
        match self.dice.below(12) {
            0 => {
                let to = self.dice.pick(&[last.div_ceil(2), last, last + 1]);
                let to = if self.dice.once_in(self.wrong) {
                    to
                } else {
                    to.min(last)
                };
                self.line(format!("x = x.columns(0..{to});"));
                shape[rank - 1] = to;
            }
            1 => {
                let n = match self.dice.once_in(self.wrong) || last % 2 == 0 {
                    true => 2,
                    false => 1,
                };
                self.line(format!(
                    "let parts = x.split({n}, -1);\nx = &parts[0] + &parts[{}];",
                    n - 1
                ));
                shape[rank - 1] = last / n;
            }
            2 => {
                self.line(format!(
                    "let parts = x.split_sizes([1, {}], {rank});\nx = parts[1].clone();",
                    last - 1
                ));
                shape[rank - 1] = last - 1;
                if last == 1 {
                    // Nothing would be left of it.
                    self.line(format!(
                        "x = Tensor::zeros([1]) + x.sum_axes([{rank}], true);"
                    ));
                    shape[rank - 1] = 1;
                }
            }
            3 if rank > 1 => {
                let first = shape.remove(0);
                let index = match self.dice.once_in(self.wrong) {
                    true => first as isize,
                    false => -1,
                };
                self.line(format!("x = x.index_axis(1, {index});"));
            }
            4 => {
                let size = last + usize::from(self.dice.once_in(self.wrong));
                self.line(format!("x = x + Tensor::zeros([{size}]);"));
            }
            5 => {
                let wrong = self.dice.once_in(self.wrong);
                let other = if wrong { "x.columns(0..1)" } else { "x.relu()" };
                self.line(format!("x = x.greater(0.0).where_(&x, {other});"));
            }
            6 if rank == 2 => {
                let wrong = self.dice.once_in(self.wrong);
                let letters = if wrong { "btd,bdt->bt" } else { "btd,bsd->bts" };
                self.line(format!("x = nn::einsum(\"{letters}\", [&x, &x]);"));
                shape = if wrong {
                    vec![shape[0]]
                } else {
                    vec![shape[0]; 2]
                };
            }
            7 if shape[0] > 2 => {
                self.line("x = x.slice_axis(1, 1..-1);");
                shape[0] -= 2;
            }
            8 => return self.enlarged(shape),
            9 if rank == 2 && shape[0] < 8 => return self.unstacked(shape),
            10 => return self.listed(shape),
            _ => {
                let name = self.field("Dense", &(last + 1).to_string());
                self.line(format!(
                    "let n = self.{name}(&x).shape()[{rank}];\nx = x * (n - 1) as f32;"
                ));
            }
        }
        shape
    }
}

/// `!n` of a number, which is not what it is of a truth.
fn use_of_not(writer: &mut Writer<'_>) {
    writer.closed("let n: isize = -2;\nx = x.max_axis(!n);");
}
