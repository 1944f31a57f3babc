//! The numbers of the body search in one place, and a door through which they can be measured.
//!
//! Only the measuring example (`examples/folds.rs`) sets them; every page is read with [`Tuning::default`].

use crate::blocks::{self, Run};
use crate::html::Tree;
use crate::metadata::Metadata;
use news::article::Article;
use url::Url;

/// Numbers of the body search. Weights are letters and digits of a run (see `blocks::weight`); shares
/// go from 0 to 1.
///
/// The evidence stands behind each value of [`Tuning::default`]: F1 on world news and on English pages with the
/// number moved to either side and all others kept, where the values as they stand give 0.9775 and 0.9780.
/// `folds` prints these, repeats the choice on four fifths of the outlets and measures on the fifth: 0.9774 and
/// 0.9758 pooled.
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
            // 40.2: 0.9774 0.9780; 79.8: 0.9776 0.9756.
            prose_weight: 60.0,
            // 0.35: 0.9775 0.9755; 0.65: 0.9775 0.9780.
            link_share: 0.5,
            // 0.595: 0.9775 0.9780; 0.805: 0.9775 0.9780.
            known_share: 0.7,
            // 0.922: 0.9781 0.9783; 0.969: 0.9774 0.9780.
            narrow_share: 0.95,
            // 0.951: 0.9775 0.9783; 0.98: 0.9775 0.9780.
            step_share: 0.97,
            // 0.041: 0.9775 0.9780; 0.166: 0.9774 0.9780.
            card_link_share: 0.083,
            // 0.42: 0.9775 0.9758; 0.78: 0.9775 0.9697.
            noise_share: 0.6,
            // 0.64: 0.9775 0.9780; 0.96: 0.9775 0.9780.
            comment_share: 0.8,
            // 0.15: 0.9775 0.9780; 0.45: 0.9775 0.9780.
            headline_share: 0.3,
            // 0.4: 0.9765 0.9781; 0.6: 0.9772 0.9778.
            list_link_share: 0.5,
            // 200: 0.9775 0.9780; 600: 0.9775 0.9780.
            figure_weight: 400.0,
            // 75: 0.9775 0.9785; 225: 0.9775 0.9780.
            caption_weight: 150.0,
            // 96: 0.9775 0.9783; 240: 0.9775 0.9782.
            invitation_weight: 160.0,
            // 210: 0.9775 0.9777; 525: 0.9775 0.9780.
            call_weight: 350.0,
            // 2.01: 0.9775 0.9780; 4.02: 0.9774 0.9780.
            repeats: 3.0,
            // 0.68: 0.9775 0.9781; 0.896: 0.9773 0.9778.
            core_share: 0.8,
            // 134: 0.9769 0.9780; 268: 0.9779 0.9780.
            stray_weight: 200.0,
            // 0.188: 0.9775 0.9781; 0.562: 0.9778 0.9780.
            summary_share: 0.375,
            // 0.7: 0.9775 0.9775; 1.5: 0.9775 0.9783.
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
