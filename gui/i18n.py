"""What the user reads, in the user's language: `tr` marks and translates every literal of the window.

Call `tr` with a literal only, and `.format` the result: `tr("Roll back to step {step}").format(step=400)`. Plurals take the
number: `tr("%n run(s)", "", 3)`. Never call it while a module is imported: the language may change later.
`packaging/translations.py` collects the literals (with pyside6-lupdate) and builds the catalogues. What the engine says, in
English, goes through `said` where it is shown: its sentences lie in `resources/translations/engine_<code>.json`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from gui.phrases import Phrases

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

#: Where the compiled catalogues lie.
FOLDER = Path(__file__).parents[1] / "resources" / "translations"
#: Languages one may choose, by code, each in its own words. English has plurals only; "pseudo" is for tests.
LANGUAGES = {"en": "English", "de": "Deutsch"}
#: The engine's sentences in the language that is worn.
_ENGINE = Phrases()


def tr(text: str, comment: str = "", n: int = -1) -> str:
    """Return a literal in the chosen language; `%n` becomes `n` with the right plural."""
    return QCoreApplication.translate("", text, comment, n)


def said(text: str) -> str:
    """Return what the engine says (help, advice, verdicts, errors, the journal) in the chosen language, as far as known."""
    return _ENGINE.said(text)


def language_of_system() -> str:
    """The system's language if there is a catalogue for it, else English."""
    code = QLocale.system().name().partition("_")[0]
    return code if code in LANGUAGES else "en"


class Pseudo(QTranslator):
    """A language for tests: every literal accented, bracketed and 40 % longer, so that what is not marked shows."""

    def translate(self, context: str, text: str, comment: str | None = None, n: int = -1) -> str:
        """Return the text so."""
        if not text or n == -2:
            return ""
        words = text.translate(_ACCENTS) if "{" not in text else text
        more = max(1, round(len(text) * 0.4) - 2)  # in words, as a longer language would be, so that it can wrap
        return f"[{words}{('~~~~~~~~ ' * more)[:more].rstrip()}]"

    def isEmpty(self) -> bool:
        """It always has something to say."""
        return False


_ACCENTS = str.maketrans("AEOUaeouin", "ÅËÖÜåéöüîñ", "")


class Language:
    """The catalogue the application wears; keeps it alive while installed."""

    def __init__(self, app: QApplication) -> None:
        """Begin without one: literals as written."""
        self._app = app
        self._worn: QTranslator | None = None
        self._of_qt: QTranslator | None = None
        self.code = "en"

    def wear(self, code: str) -> None:
        """Change to a language ("system" asks the system); widgets built from now on use it."""
        self.code = language_of_system() if code == "system" else code
        _ENGINE.read(FOLDER / f"engine_{self.code}.json")
        for worn in (self._worn, self._of_qt):
            if worn is not None:
                self._app.removeTranslator(worn)
        self._worn = self._of_qt = None
        if code == "pseudo":
            self._worn = Pseudo()
            self._app.installTranslator(self._worn)
            return
        catalogue = FOLDER / f"palimpsest_{self.code}.qm"
        translator = QTranslator()
        if catalogue.exists() and translator.load(str(catalogue)):
            self._app.installTranslator(translator)
            self._worn = translator
        self._of_qt = QTranslator()  # the words of Qt's own dialogs, for systems that have none
        if self._of_qt.load(f"qtbase_{self.code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            self._app.installTranslator(self._of_qt)
        QLocale.setDefault(QLocale(self.code) if self.code in LANGUAGES else QLocale("en"))
