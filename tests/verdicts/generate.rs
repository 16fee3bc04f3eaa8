//! Random small models as source: stacks and residual nests of the layers that change shapes, and statements of every kind, some of them
//! wrong.

use crate::statements;
use std::fmt::Write;

/// A generator of its own, so that a seed means the same models forever.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A model as source, in a module of its own.
pub struct Model {
    /// The structs and their blocks; `{NEW}` stands for how each is made, `{INPUT}` for the input of the outermost one.
    source: String,
    /// The input's shape, without the batch.
    pub input: Vec<usize>,
    /// Whether all of it can be followed, so that the compiler must find what is wrong.
    pub is_open_to_the_compiler: bool,
}

impl Model {
    /// The module, with or without the input that makes the compiler check it.
    pub fn module(&self, name: &str, checked: bool) -> String {
        let (new, input) = match checked {
            true => ("new()", format!(", input = {:?}", self.input)),
            // Without an input some mistakes are seen all the same, unless the compiler cannot make the model or a block of it.
            false => ("new(), not_const", String::new()),
        };
        let body = self.source.replace("{NEW}", new).replace("{INPUT}", &input);
        format!("mod {name} {{\nuse nn::prelude::*;\n{body}}}\n")
    }
}

/// A struct being written.
pub struct Writer<'a> {
    pub dice: &'a mut Dice,
    /// Structs that are done.
    structs: &'a mut String,
    /// How many there are.
    count: &'a mut usize,
    fields: String,
    body: String,
    /// Methods beside `call`.
    pub methods: String,
    pub names: usize,
    /// Once in how many choices something is chosen without regard to the shape.
    pub wrong: usize,
    /// Whether a step was written for another shape: from then on the shape that is there may not be the one that is meant.
    pub lost: bool,
    pub is_open: &'a mut bool,
}

pub fn model(seed: u64) -> Model {
    let mut dice = Dice::new(seed);
    let side = 5 + dice.below(5);
    let input = match dice.below(3) {
        0 => vec![side, side + dice.below(2), 1 + dice.below(4)],
        1 => vec![2 + dice.below(5), 2 + dice.below(6)],
        _ => vec![4 + 2 * dice.below(6)],
    };
    let (mut structs, mut count, mut is_open) = (String::new(), 0, true);
    let wrong = dice.pick(&[3, 6, 1000]);
    let mut writer = Writer {
        dice: &mut dice,
        structs: &mut structs,
        count: &mut count,
        fields: String::new(),
        body: String::new(),
        methods: String::new(),
        names: 0,
        wrong,
        lost: false,
        is_open: &mut is_open,
    };
    let steps = 2 + writer.dice.below(6);
    writer.steps(input.clone(), steps, 0);
    let (fields, body, methods) = (writer.fields, writer.body, writer.methods);
    let source = format!(
        "{}{structs}{}",
        statements::ITEMS,
        block("Net", "{NEW}{INPUT}", &fields, &body, &methods)
    );
    Model {
        source,
        input,
        is_open_to_the_compiler: is_open,
    }
}

fn block(name: &str, keys: &str, fields: &str, body: &str, methods: &str) -> String {
    format!(
        "#[model({keys})]\npub struct {name} {{\n{fields}}}\n#[model]\nimpl {name} {{\nfn call(&self, x: Tensor, training: bool) -> Tensor {{\n\
         let mut x = x;\n{body}if training {{ x = x.relu(); }}\nx\n}}\n{methods}}}\n"
    )
}

impl Writer<'_> {
    /// A new field, made as told.
    pub fn field(&mut self, ty: &str, made: &str) -> String {
        let name = format!("f{}", self.names);
        self.names += 1;
        writeln!(self.fields, "#[layer({made})]\n{name}: {ty},").unwrap();
        name
    }

    pub fn line(&mut self, line: impl AsRef<str>) {
        self.body.push_str(line.as_ref());
        self.body.push('\n');
    }

    /// `x` through a layer.
    fn through(&mut self, ty: &str, made: &str) {
        let name = self.field(ty, made);
        let form = match self.dice.below(3) {
            0 => format!("x = self.{name}.call(&x, training);"),
            1 => format!("x = self.{name}.forward(&x);"),
            _ => format!("x = self.{name}(x);"),
        };
        self.line(form);
    }

    /// Some steps from a shape (without the batch) to another; `None` once a mistake was made and it is not known.
    fn steps(&mut self, shape: Vec<usize>, steps: usize, depth: usize) -> Vec<usize> {
        let mut shape = shape;
        for _ in 0..steps {
            shape = self.step(shape, depth);
        }
        shape
    }

    fn step(&mut self, shape: Vec<usize>, depth: usize) -> Vec<usize> {
        // A mistake is a step for another shape than the one that is there.
        let meant = match self.dice.once_in(self.wrong) {
            true => {
                self.lost = true;
                match self.dice.below(3) {
                    0 => vec![6, 6, 2],
                    1 => vec![3, 4],
                    _ => vec![10],
                }
            }
            false => shape.clone(),
        };
        match self.dice.below(12) {
            0 if depth < 3 => return self.nested(meant, depth),
            1 => return self.residual(meant),
            2 => return self.joined(meant),
            3 => {
                let conditions = [
                    "x.shape()[1] > 3",
                    "x.rank() == 2 || training",
                    "training",
                    "x.shape()[0] > 4",
                ];
                let condition = self.dice.pick(&conditions);
                self.line(format!(
                    "if {condition} {{ x = x.square(); }} else {{ x = x.tanh(); }}"
                ));
                return meant;
            }
            4 => self.line(self.dice_unary()),
            5..8 => return self.statement(meant),
            _ => {}
        }
        match meant.len() {
            3 => self.image(meant),
            2 => self.sequence(meant),
            _ => self.row(meant),
        }
    }

    fn dice_unary(&self) -> &'static str {
        [
            "x = x.relu();",
            "x = -x;",
            "x = 2.0 * x + 1.0;",
            "x = x.clone().sigmoid();",
        ][self.names % 4]
    }

    fn image(&mut self, shape: Vec<usize>) -> Vec<usize> {
        let [h, w, c] = shape[..] else { return shape };
        let units = 1 + self.dice.below(4);
        match self.dice.below(10) {
            0 | 1 => {
                let (k, stride) = (1 + self.dice.below(3), 1 + self.dice.below(2));
                let same = self.dice.once_in(2);
                let padding = if same {
                    ", padding = Padding::Same"
                } else {
                    ""
                };
                self.through(
                    "Conv2D",
                    &format!("{units}, {k}, strides = {stride}{padding}"),
                );
                let after = |n: usize| match same {
                    true => n.div_ceil(stride),
                    false => (n + stride).saturating_sub(k) / stride,
                };
                vec![after(h), after(w), units]
            }
            2 => {
                let ty = self.dice.pick(&["MaxPooling2D", "AveragePooling2D"]);
                self.through(ty, "2");
                vec![h / 2, w / 2, c]
            }
            3 => {
                let ty = self
                    .dice
                    .pick(&["GlobalAveragePooling2D", "GlobalMaxPooling2D"]);
                self.through(ty, "");
                vec![c]
            }
            4 => {
                self.through("Flatten", "");
                vec![h * w * c]
            }
            5 => {
                let groups = self.dice.pick(&[c.max(1), 2]);
                self.through("Conv2D", &format!("{}, 1, groups = {groups}", 2 * c));
                vec![h, w, 2 * c]
            }
            6 => {
                self.line(format!("x = x.reshape([x.shape()[0], {}, {c}]);", h * w));
                vec![h * w, c]
            }
            7 => {
                self.line("x = x.transpose([0, 2, 1, 3]);");
                vec![w, h, c]
            }
            8 => {
                self.through("BatchNormalization", "");
                shape
            }
            _ => {
                let axis = self.dice.pick(&[1, 2, -1, 3]);
                self.line(format!("x = x.mean_axis({axis});"));
                let mut shape = shape;
                shape.remove(if axis < 0 { 2 } else { axis as usize - 1 });
                shape
            }
        }
    }

    fn sequence(&mut self, shape: Vec<usize>) -> Vec<usize> {
        let [t, d] = shape[..] else { return shape };
        let units = 1 + self.dice.below(6);
        match self.dice.below(9) {
            0 => {
                self.through("Dense", &units.to_string());
                vec![t, units]
            }
            8 => {
                let sequences = self.dice.once_in(2);
                self.through("GRU", &format!("{units}, return_sequences = {sequences}"));
                match sequences {
                    true => vec![t, units],
                    false => vec![units],
                }
            }
            1 => {
                self.line("let scores = x.matmul(x.swapaxes(1, 2)).softmax(-1);");
                self.line("x = scores.matmul(&x);");
                shape
            }
            2 => {
                self.through("LayerNormalization", "");
                shape
            }
            3 => {
                let axis = self.dice.pick(&[1_usize, 2]);
                self.line(format!("x = x.max_axis({axis});"));
                vec![if axis == 1 { d } else { t }]
            }
            4 => {
                self.line("x = x.flatten_from(1);");
                vec![t * d]
            }
            5 => {
                self.line("let [_b, t, d] = [x.shape()[0], x.shape()[1], x.shape()[2]];");
                self.line("x = x.reshape([x.shape()[0], d, t, 1]);");
                vec![d, t, 1]
            }
            6 => {
                let other = 1 + self.dice.below(4);
                let name = self.field("Dense", &other.to_string());
                self.line(format!("x = x.swapaxes(-1, -2).matmul(self.{name}(&x));"));
                vec![d, other]
            }
            _ => {
                self.through("Reshape", &format!("[{d}, {t}]"));
                vec![d, t]
            }
        }
    }

    fn row(&mut self, shape: Vec<usize>) -> Vec<usize> {
        let [n] = shape[..] else { return shape };
        let units = 1 + self.dice.below(8);
        match self.dice.below(13) {
            0 | 1 => {
                self.through("Dense", &units.to_string());
                vec![units]
            }
            2 if n % 2 == 0 => {
                self.line(format!("x = x.reshape([x.shape()[0], 2, {}]);", n / 2));
                vec![2, n / 2]
            }
            3 => {
                self.line("x = x.expand_dims(1);");
                vec![1, n]
            }
            4 => {
                self.through("Dropout", "0.5");
                shape
            }
            5 => {
                let count = 1 + self.dice.below(3);
                let name = self.field(&format!("[Dense; {count}]"), &n.to_string());
                self.line(format!(
                    "for dense in &self.{name} {{ x = &x + dense.forward(&x); }}"
                ));
                shape
            }
            6 => {
                self.line("x = x.reshape([x.shape()[0] as isize, 2, -1]);");
                vec![2, n / 2]
            }
            // Whether another size than the one that is there goes into all numbers depends on the batch.
            7 if !self.lost => {
                self.line(format!("x = x.reshape([-1, {n}]);"));
                shape
            }
            8 => {
                let cut = (1_u64 << 32) + n as u64;
                self.line(format!("x = x.columns(0..{cut}_u64 as u32 as isize);"));
                shape
            }
            9 => {
                self.line("x = x.tril().greater(&x).where_(&x, 0.0);");
                shape
            }
            10 => {
                self.line(
                    "let [b, n] = x.shape()[..] else { panic!(\"no\") };\nx = x.reshape([b, n, 1]);",
                );
                vec![n, 1]
            }
            11 => {
                let names = [units, n].map(|units| self.field("Dense", &units.to_string()));
                let [first, second] = names;
                self.line(format!(
                    "for dense in [&self.{first}, &self.{second}] {{ x = dense.forward(&x); }}"
                ));
                shape
            }
            _ => {
                let extra = self.dice.pick(&["", ", axis = 1"]);
                self.through("BatchNormalization", extra.trim_start_matches(", "));
                shape
            }
        }
    }

    /// `x + f(x)`, by an operator or by a layer.
    fn residual(&mut self, shape: Vec<usize>) -> Vec<usize> {
        let Some(&last) = shape.last() else {
            return shape;
        };
        let wrong = self.dice.once_in(self.wrong);
        let units = if wrong { last + 2 } else { last };
        let name = match shape.len() {
            3 => self.field("Conv2D", &format!("{units}, 3, padding = Padding::Same")),
            _ => self.field("Dense", &units.to_string()),
        };
        match self.dice.below(3) {
            0 => self.line(format!("let y = self.{name}(&x);\nx = x + y;")),
            1 => self.line(format!("x = {{ let x = self.{name}(&x); x }} * &x;")),
            _ => {
                let add = self.field("Add", "");
                self.line(format!("x = self.{add}([&x, &self.{name}(&x)]);"));
            }
        }
        shape
    }

    fn joined(&mut self, shape: Vec<usize>) -> Vec<usize> {
        let mut shape = shape;
        let rank = shape.len();
        let axis = 1 + self.dice.below(rank);
        let units = 1 + self.dice.below(3);
        let name = self.field("Dense", &units.to_string());
        let axis = match self.dice.once_in(self.wrong) {
            true => axis,
            false => rank,
        };
        match self.dice.below(2) {
            0 => self.line(format!(
                "x = nn::concatenate([&x, &self.{name}(&x)], {axis});"
            )),
            _ => {
                let join = self.field("Concatenate", &format!("axis = {axis}"));
                self.line(format!("x = self.{join}(vec![x.clone(), self.{name}(x)]);"));
            }
        }
        shape[rank - 1] += units;
        shape
    }

    /// A block of its own, alone, in an array, or behind a `Vec` that the compiler cannot see through.
    fn nested(&mut self, shape: Vec<usize>, depth: usize) -> Vec<usize> {
        let name = format!("Block{}", *self.count);
        *self.count += 1;
        let steps = 1 + self.dice.below(3);
        let mut inner = Writer {
            dice: self.dice,
            structs: self.structs,
            count: self.count,
            fields: String::new(),
            body: String::new(),
            methods: String::new(),
            names: 0,
            wrong: self.wrong,
            lost: self.lost,
            is_open: self.is_open,
        };
        let after = inner.steps(shape.clone(), steps, depth + 1);
        self.lost = inner.lost;
        let (fields, body, methods) = (inner.fields, inner.body, inner.methods);
        let source = block(&name, "{NEW}", &fields, &body, &methods);
        self.structs.push_str(&source);
        match self.dice.below(6) {
            0 if after == shape => self.through(&format!("[{name}; 2]"), ""),
            1 => {
                *self.is_open = false;
                let field = self.field(&name, "");
                self.line(format!(
                    "x = [0].iter().map(|_| self.{field}.forward(&x)).next().unwrap();"
                ));
            }
            _ => self.through(&name, ""),
        }
        after
    }
}
