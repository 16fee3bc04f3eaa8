//! The live bar of an epoch.

#[cfg(feature = "progress")]
pub(super) use live::Bar;
#[cfg(not(feature = "progress"))]
pub(super) use nothing::Bar;

#[cfg(feature = "progress")]
mod live {
    use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

    pub(in crate::training) struct Bar(ProgressBar);

    impl Bar {
        pub(in crate::training) fn new(prefix: String, batches: usize) -> Option<Bar> {
            let style =
                ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {elapsed}<{eta} {msg}")
                    .expect("a valid template")
                    .progress_chars("━╸ ");
            let target = ProgressDrawTarget::stderr();
            let bar = ProgressBar::with_draw_target(Some(batches as u64), target).with_style(style);
            bar.set_prefix(prefix);
            Some(Bar(bar))
        }

        pub(in crate::training) fn draw(&self, done: usize, message: String) {
            self.0.set_message(message);
            self.0.set_position(done as u64);
        }

        pub(in crate::training) fn clear(self) {
            self.0.finish_and_clear();
        }

        /// Leaves it as it stands.
        pub(in crate::training) fn abandon(self) {
            self.0.abandon();
        }
    }
}

/// Without the feature `progress` there is no bar: lines take its place.
#[cfg(not(feature = "progress"))]
mod nothing {
    pub(in crate::training) enum Bar {}

    impl Bar {
        pub(in crate::training) fn new(_: String, _: usize) -> Option<Bar> {
            None
        }

        pub(in crate::training) fn draw(&self, _: usize, _: String) {
            match *self {}
        }

        pub(in crate::training) fn clear(self) {
            match self {}
        }

        pub(in crate::training) fn abandon(self) {
            match self {}
        }
    }
}
