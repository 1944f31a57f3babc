//! The numbers of the body search in one place, and a door through which they can be measured.
//!
//! Only the measuring example (`examples/folds.rs`) sets them; every page is read with [`Tuning::default`].

use crate::blocks::{self, Run};
use crate::html::Tree;
use crate::metadata::Metadata;
use news::article::Article;
use url::Url;

/// Numbers of the body search. Weights are letters and digits of a run (see [`crate::blocks::weight`]); shares
/// go from 0 to 1.
///
/// Each was chosen by coordinate search on the labelled pages; `folds` repeats the choice on four fifths of
/// the outlets and measures on the fifth.
#[derive(Clone, Debug, PartialEq)]
pub struct Tuning {
    /// A run of at least this weight that reads like sentences is prose: a line of a paragraph, not a label.
    pub prose_weight: f32,
    /// A run with a larger share of links is a list of links.
    pub link_share: f32,
    /// How much of a run must be in the JSON-LD body before that settles what it is.
    pub known_share: f32,
    /// The container is narrowed to a child that holds this share of its value.
    pub narrow_share: f32,
    /// What a run still counts one element further out.
    pub step_share: f32,
    /// Teasers have at least this share of links.
    pub card_link_share: f32,
    /// A name that marks furniture is not believed of an element with more than this share of the prose.
    pub noise_share: f32,
    /// The same for comments and teasers, whose names mislead less.
    pub comment_share: f32,
    /// The same for an element that holds the headline.
    pub headline_share: f32,
    /// A container with a larger share of links is a list of links.
    pub list_link_share: f32,
    /// Text in a figure is a caption up to this weight.
    pub figure_weight: f32,
    /// A run beside a picture of its own is a caption up to this weight.
    pub caption_weight: f32,
    /// An invitation is not longer than this.
    pub invitation_weight: f32,
    /// A line that calls to a newsletter or channel is not longer than this.
    pub call_weight: f32,
    /// The same line this often is furniture.
    pub repeats: f32,
    /// The middle of the text is the container narrowed to a child with this share of the prose.
    pub core_share: f32,
    /// Before and after the middle, a run outside it is kept from this weight on.
    pub stray_weight: f32,
    /// A summary by its place shares this much of its words with the text.
    pub summary_share: f32,
    /// What an element named as the text is worth: this factor on its runs.
    pub named_factor: f32,
}

impl Default for Tuning {
    fn default() -> Self {
        Tuning {
            prose_weight: 60.0,
            link_share: 0.5,
            known_share: 0.7,
            narrow_share: 0.95,
            step_share: 0.97,
            card_link_share: 0.083,
            noise_share: 0.6,
            comment_share: 0.8,
            headline_share: 0.3,
            list_link_share: 0.5,
            figure_weight: 400.0,
            caption_weight: 150.0,
            invitation_weight: 160.0,
            call_weight: 350.0,
            repeats: 3.0,
            core_share: 0.8,
            stray_weight: 200.0,
            summary_share: 0.375,
            named_factor: 1.0,
        }
    }
}

/// A page parsed once, whose body is looked for with one [`Tuning`] after the other.
pub struct Prepared<'a> {
    tree: Tree<'a>,
    runs: Vec<Run>,
    metadata: Metadata,
    headline: Option<String>,
    authors: Vec<String>,
    url: Url,
}

impl<'a> Prepared<'a> {
    /// Parses a page and reads what the body search leans on.
    pub fn new(html: &'a str, url: &Url) -> Self {
        let tree = Tree::parse(crate::extract::within_size(html));
        let metadata = Metadata::read(&tree, url, &mut Vec::new());
        let mut article = Article::default();
        metadata.fill(&tree, url, &mut article, &mut Vec::new());
        let runs = blocks::runs(&tree);
        let headline =
            crate::headline::find(&metadata, &tree, article.outlet.as_deref(), url).map(|(headline, _)| headline);
        Prepared { tree, runs, metadata, headline, authors: article.authors, url: url.clone() }
    }

    /// The text of the page, its paragraphs parted by empty lines.
    pub fn text(&self, tuning: &Tuning) -> String {
        let here = crate::guide::OnPage::default();
        let page = crate::extract::Page {
            tree: &self.tree,
            runs: &self.runs,
            metadata: &self.metadata,
            headline: self.headline.as_deref(),
            authors: &self.authors,
            url: &self.url,
            here: &here,
        };
        let mut article = Article::default();
        crate::entry::set_text(&mut article, page.text(tuning).parts);
        article.text
    }
}
