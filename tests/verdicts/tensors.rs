//! Tensors that are made, enlarged and cut, and lists of them.

use crate::generate::Writer;

impl Writer<'_> {
    /// Tensors that are made, enlarged and cut.
    pub fn enlarged(&mut self, mut shape: Vec<usize>) -> Vec<usize> {
        let rank = shape.len();
        let Some(&last) = shape.last() else {
            return shape;
        };
        let wrong = usize::from(self.dice.once_in(self.wrong));
        self.lost |= wrong == 1;
        match self.dice.below(7) {
            0 => {
                let before = "(0, 0), ".repeat(rank - wrong);
                self.line(format!("x = x.pad([{before}(1, 2)]);"));
                shape[rank - 1] += 3;
            }
            1 => {
                self.line("x = x.tile([1, 2]);");
                shape[rank - 1] *= 2;
            }
            2 => {
                let k = last.min(2) + wrong * last;
                self.line(format!(
                    "let (values, places) = x.top_k({k});\nx = values + places.cast(DType::F32);"
                ));
                shape[rank - 1] = k;
            }
            3 => self.line(format!("x = x.matmul(Tensor::eye({}));", last + wrong)),
            4 => self.line(format!(
                "x = x + Tensor::arange({last}) * Tensor::from([0.5_f32; {}]);",
                last + wrong
            )),
            5 => {
                let row = vec!["1.0_f32"; last + wrong].join(", ");
                self.line(format!("x = x - Tensor::from([[{row}]]);"));
                // A row of numbers is a sample of them all where there is no axis between.
                if rank == 1 && wrong == 0 {
                    self.line("x = x * Tensor::linspace(0.0, 1.0, 1);");
                }
            }
            _ => {
                let to = [vec![22], shape.clone()].concat();
                let mut from = shape.clone();
                from[rank - 1] = if wrong == 1 { last + 1 } else { 1 };
                self.line(format!(
                    "x = x + Tensor::ones({from:?}).broadcast_to({to:?}).slice_axis(0, 0..1);"
                ));
            }
        }
        shape
    }

    /// Lists that grow, and iterators that run backwards.
    pub fn listed(&mut self, mut shape: Vec<usize>) -> Vec<usize> {
        let rank = shape.len();
        let Some(&last) = shape.last() else {
            return shape;
        };
        let (name, units) = self.layer();
        let wrong = self.dice.once_in(self.wrong);
        self.lost |= wrong;
        match self.dice.below(5) {
            0 => {
                let axis = if wrong { 9 } else { -1 };
                self.line(format!(
                    "let mut all = Vec::new();\nall.push(self.{name}(&x));\nall.push(x.clone());\nx = nn::concatenate(&all, {axis});"
                ));
                shape[rank - 1] = last + units;
            }
            1 => {
                let index = 1 + usize::from(wrong);
                self.line(format!(
                    "let mut all = vec![x.clone()];\nall.push(self.{name}(&x));\nx = all[{index}].clone();"
                ));
                shape[rank - 1] = units;
            }
            2 => {
                self.line(format!(
                    "let [y, z] = [x.relu(), x].map(|t| self.{name}(t));\nx = y + z;"
                ));
                shape[rank - 1] = units;
            }
            3 => {
                let other = self.field("Dense", &last.to_string());
                self.line(format!(
                    "for layer in [&self.{name}, &self.{other}].iter().rev() {{ x = layer.forward(&x); }}"
                ));
                shape[rank - 1] = units;
            }
            _ => {
                let other = self.field("Option<Dense>", &units.to_string());
                self.line(format!(
                    "x = self.{other}.as_ref().map_or(x.clone(), |layer| layer.forward(&x)) + self.{name}(&x);"
                ));
                shape[rank - 1] = units;
            }
        }
        shape
    }

    /// One of the tensors along the first axis.
    pub fn unstacked(&mut self, mut shape: Vec<usize>) -> Vec<usize> {
        let first = shape.remove(0);
        let wrong = self.dice.once_in(self.wrong);
        let index = if wrong { first } else { first - 1 };
        let line = format!("let steps = x.unstack(1);\nx = steps[{index}].clone();");
        // Of more tensors than are expected here the compiler may not know.
        match self.lost {
            true => self.closed(line),
            false => self.line(line),
        }
        self.lost |= wrong;
        shape
    }
}
