<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en_GB">
<context>
    <name></name>
    <message>
        <source>Show models</source>
        <extracomment>The source that names the bundled starter model.</extracomment>
        <translation>Modelle zeigen</translation>
    </message>
    <message>
        <source>Imported {name}.</source>
        <translation>{name} importiert.</translation>
    </message>
    <message>
        <source>{name} is at {path} now, byte for byte as recorded.</source>
        <translation>{name} liegt jetzt in {path}, Byte für Byte wie verzeichnet.</translation>
    </message>
    <message>
        <source>Stopping {run}; it keeps a checkpoint.</source>
        <translation>{run} hält an und behält einen Checkpoint.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>{run} pauses after this step.</source>
        <translation>{run} pausiert nach diesem Schritt.</translation>
    </message>
    <message>
        <source>{run} goes on.</source>
        <translation>{run} geht weiter.</translation>
    </message>
    <message>
        <source>{run}: canaries are checked after this step.</source>
        <translation>{run}: die Kanarien werden nach diesem Schritt geprüft.</translation>
    </message>
    <message>
        <source>{run} is cancelled; nothing was trained yet.</source>
        <translation>{run} ist abgebrochen; es wurde noch nichts trainiert.</translation>
    </message>
    <message>
        <source>Moved {run} to the Trash.</source>
        <translation>{run} in den Papierkorb gelegt.</translation>
    </message>
    <message numerus="yes">
        <source>Moved %n run(s) to the Trash.</source>
        <translation>
            <numerusform>%n Lauf in den Papierkorb gelegt.</numerusform>
            <numerusform>%n Läufe in den Papierkorb gelegt.</numerusform>
        </translation>
    </message>
    <message>
        <source>Move to Trash</source>
        <translation>In den Papierkorb legen</translation>
    </message>
    <message numerus="yes">
        <source>Put %n run(s) back.</source>
        <translation>
            <numerusform>%n Lauf zurückgelegt.</numerusform>
            <numerusform>%n Läufe zurückgelegt.</numerusform>
        </translation>
    </message>
    <message>
        <source>Put back</source>
        <translation>Zurücklegen</translation>
    </message>
    <message>
        <source>Verified {names}: byte for byte as recorded.</source>
        <translation>{names} geprüft: Byte für Byte wie verzeichnet.</translation>
    </message>
    <message>
        <source>n={n}</source>
        <extracomment>Two panels narrower than so many letters together cannot be read: then only the change is drawn. One narrower than so many cannot either: then the numbers beside it are said without their bounds, which are drawn.</extracomment>
        <translation>n={n}</translation>
    </message>
    <message>
        <source>Share right → better</source>
        <translation>Anteil richtig → besser</translation>
    </message>
    <message>
        <source>○ base, filled: tuned; 95 % Wilson</source>
        <translation>○ vorher, gefüllt: nachher; 95 % Wilson</translation>
    </message>
    <message>
        <source>Score, {unit} → better</source>
        <translation>Wert, {unit} → besser</translation>
    </message>
    <message>
        <source>○ base, filled: tuned; 95 %</source>
        <translation>○ vorher, gefüllt: nachher; 95 %</translation>
    </message>
    <message>
        <source>Change, {unit} (more changed →)</source>
        <translation>Δ {unit} (stärker verändert →)</translation>
    </message>
    <message>
        <source>Change, {unit} (← worse)</source>
        <translation>Δ {unit} (← schlechter)</translation>
    </message>
    <message>
        <source>dashed: your limit</source>
        <translation>gestrichelt: Ihr Limit</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>Vorher und nachher</translation>
    </message>
    <message>
        <source>Forgot {name}: {change}</source>
        <translation>Vergessen: {name} {change}</translation>
    </message>
    <message>
        <source>{name} changed: {change}</source>
        <translation>{name} verändert: {change}</translation>
    </message>
    <message numerus="yes">
        <source>Can&apos;t tell about %n of {all}: {names}</source>
        <translation>
            <numerusform>Nicht zu sagen bei %n von {all}: {names}</numerusform>
            <numerusform>Nicht zu sagen bei %n von {all}: {names}</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing forgotten; the largest change is {name}: {change}</source>
        <translation>Nichts vergessen; die größte Änderung ist {name}: {change}</translation>
    </message>
    <message>
        <source>No verdict: no canaries were run.</source>
        <translation>Kein Urteil: es wurden keine Kanarien gemessen.</translation>
    </message>
    <message>
        <source>n per capability beside its name; bounds are the ones that decided</source>
        <translation>n je Fähigkeit neben ihrem Namen; die Grenzen sind die, die entschieden haben</translation>
    </message>
    <message>
        <source>limit {limit}</source>
        <translation>Limit {limit}</translation>
    </message>
    <message>
        <source>right→wrong {lost}, wrong→right {won}</source>
        <translation>richtig→falsch {lost}, falsch→richtig {won}</translation>
    </message>
    <message>
        <source>for example {ids}</source>
        <translation>zum Beispiel {ids}</translation>
    </message>
    <message>
        <source>Worst first</source>
        <translation>Schlechteste zuerst</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>Nach Name</translation>
    </message>
    <message>
        <source>By number of items</source>
        <translation>Nach Zahl der Aufgaben</translation>
    </message>
    <message>
        <source>Change only</source>
        <translation>Nur Änderung</translation>
    </message>
    <message>
        <source>points</source>
        <extracomment>Where a check lies to its budget: wholly inside, wholly beyond, its interval on both sides of it, or without one.</extracomment>
        <translation>Punkte</translation>
    </message>
    <message>
        <source>Suite</source>
        <translation>Satz</translation>
    </message>
    <message>
        <source>Prompts</source>
        <translation>Prompts</translation>
    </message>
    <message>
        <source>Base</source>
        <translation>Basis</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>Flags</source>
        <translation>Hinweise</translation>
    </message>
    <message>
        <source>choice of {n}</source>
        <translation>Auswahl aus {n}</translation>
    </message>
    <message>
        <source>change only</source>
        <translation>nur Änderung</translation>
    </message>
    <message>
        <source>New canary</source>
        <translation>Neuer Kanarie</translation>
    </message>
    <message>
        <source>Expected answers, one a line</source>
        <translation>Erwartete Antworten, eine je Zeile</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>genau</translation>
    </message>
    <message>
        <source>contains</source>
        <translation>enthält</translation>
    </message>
    <message>
        <source>number</source>
        <translation>Zahl</translation>
    </message>
    <message>
        <source>likelihood only</source>
        <translation>nur Wahrscheinlichkeit</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Sichern</translation>
    </message>
    <message>
        <source>The right choice first, then the wrong ones.</source>
        <translation>Zuerst die richtige Wahl, dann die falschen.</translation>
    </message>
    <message>
        <source>Without an answer it is open chat: only a change from the base is measured.</source>
        <translation>Ohne Antwort ist es offener Chat: gemessen wird nur die Änderung gegenüber der Basis.</translation>
    </message>
    <message>
        <source>as it is ({kind})</source>
        <translation>wie es ist ({kind})</translation>
    </message>
    <message>
        <source>A canary needs a prompt.</source>
        <translation>Ein Kanarie braucht einen Prompt.</translation>
    </message>
    <message>
        <source>pattern</source>
        <translation>Muster</translation>
    </message>
    <message>
        <source>follows rules</source>
        <translation>befolgt Regeln</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>overlap</source>
        <translation>Überschneidung</translation>
    </message>
    <message>
        <source>likelihood</source>
        <translation>Wahrscheinlichkeit</translation>
    </message>
    <message>
        <source>weak</source>
        <translation>schwach</translation>
    </message>
    <message>
        <source>flaky</source>
        <translation>unstet</translation>
    </message>
    <message>
        <source>duplicate</source>
        <translation>doppelt</translation>
    </message>
    <message>
        <source>overlaps</source>
        <translation>überschneidet</translation>
    </message>
    <message>
        <source>disabled</source>
        <translation>abgeschaltet</translation>
    </message>
    <message>
        <source>weak: the base fails it already, so it cannot show a loss</source>
        <translation>schwach: die Basis scheitert schon daran, ein Verlust ist nicht zu sehen</translation>
    </message>
    <message>
        <source>flaky: two measurements of the base disagree</source>
        <translation>unstet: zwei Messungen der Basis widersprechen sich</translation>
    </message>
    <message>
        <source>duplicate: nearly the same as an earlier prompt</source>
        <translation>doppelt: fast dasselbe wie ein früherer Prompt</translation>
    </message>
    <message>
        <source>overlaps: shares eight words in a row with the newest run&apos;s training rows</source>
        <translation>überschneidet: teilt acht Wörter in Folge mit den Trainingszeilen des neuesten Laufs</translation>
    </message>
    <message>
        <source>Tuned</source>
        <translation>Feinabgestimmt</translation>
    </message>
    <message>
        <source>from</source>
        <translation>von</translation>
    </message>
    <message>
        <source>to</source>
        <translation>bis</translation>
    </message>
    <message>
        <source>Capability</source>
        <translation>Fähigkeit</translation>
    </message>
    <message>
        <source>n</source>
        <translation>n</translation>
    </message>
    <message>
        <source>Verdict</source>
        <extracomment>Pixels a chart needs beside its rows: title, axis and read-out.</extracomment>
        <translation>Urteil</translation>
    </message>
    <message>
        <source>Change</source>
        <extracomment>The left axes&apos; width: pixels, and lines of text where letters are large. Lines of text the two panels and the step axis are high at least. Pixels a point or a tick takes, with a little air.</extracomment>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Suites and capabilities</source>
        <translation>Sätze und Fähigkeiten</translation>
    </message>
    <message>
        <source>Copy to edit</source>
        <translation>Zum Bearbeiten kopieren</translation>
    </message>
    <message>
        <source>Import a suite…</source>
        <translation>Satz importieren…</translation>
    </message>
    <message>
        <source>Find in prompts</source>
        <translation>In Prompts suchen</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>Rolle</translation>
    </message>
    <message>
        <source>Protect</source>
        <translation>Schützen</translation>
    </message>
    <message>
        <source>Tolerate</source>
        <translation>Dulden</translation>
    </message>
    <message>
        <source>Expendable</source>
        <translation>Entbehrlich</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Limit</translation>
    </message>
    <message>
        <source>default</source>
        <translation>Vorgabe</translation>
    </message>
    <message>
        <source>Most it may lose, in nats a token; empty takes the default.</source>
        <translation>Höchster erlaubter Verlust in nats je Token; leer nimmt die Vorgabe.</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>Why, in your words; printed in the report</source>
        <translation>Warum, in Ihren Worten; steht im Bericht</translation>
    </message>
    <message>
        <source>Budget</source>
        <translation>Budget</translation>
    </message>
    <message>
        <source>Add…</source>
        <translation>Hinzufügen…</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>Bearbeiten…</translation>
    </message>
    <message>
        <source>Disable</source>
        <translation>Abschalten</translation>
    </message>
    <message>
        <source>Test on base</source>
        <translation>An der Basis testen</translation>
    </message>
    <message>
        <source>Import a canary suite…</source>
        <translation>Kanariensatz importieren…</translation>
    </message>
    <message>
        <source>Edit the chosen canary</source>
        <translation>Gewählten Kanarie bearbeiten</translation>
    </message>
    <message>
        <source>Disable or enable the chosen canary</source>
        <translation>Gewählten Kanarie ab- oder einschalten</translation>
    </message>
    <message>
        <source>Test the canaries on the base</source>
        <translation>Die Kanarien an der Basis testen</translation>
    </message>
    <message>
        <source>Testing on the base: {phase}</source>
        <translation>Testet an der Basis: {phase}</translation>
    </message>
    <message>
        <source>version {version}</source>
        <translation>Version {version}</translation>
    </message>
    <message>
        <source>Nothing to decide with: no verdict items.</source>
        <translation>Nichts zum Entscheiden: keine Urteilsaufgaben.</translation>
    </message>
    <message>
        <source>{n} verdict items; a loss from {drop:.2f} nats/token on could be called forgot</source>
        <translation>{n} Urteilsaufgaben; ein Verlust ab {drop:.2f} nats/Token könnte vergessen heißen</translation>
    </message>
    <message>
        <source>kept needs {n} items</source>
        <translation>behalten braucht {n} Aufgaben</translation>
    </message>
    <message>
        <source>base passes {share}</source>
        <translation>Basis besteht {share}</translation>
    </message>
    <message>
        <source>scores are of an earlier version, not comparable</source>
        <translation>Werte stammen von einer früheren Version, nicht vergleichbar</translation>
    </message>
    <message>
        <source>Enable</source>
        <translation>Einschalten</translation>
    </message>
    <message>
        <source>On {name}</source>
        <translation>Auf {name}</translation>
    </message>
    <message>
        <source>A bundled suite is never changed: copy it to edit.</source>
        <translation>Ein mitgelieferter Satz wird nie verändert: kopieren Sie ihn zum Bearbeiten.</translation>
    </message>
    <message>
        <source>Import a canary suite</source>
        <translation>Kanariensatz importieren</translation>
    </message>
    <message>
        <source>A limit is a number, at least 0; empty takes the default.</source>
        <translation>Ein Limit ist eine Zahl, mindestens 0; leer nimmt die Vorgabe.</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>Einheit</translation>
    </message>
    <message>
        <source>Right → wrong</source>
        <translation>Richtig → falsch</translation>
    </message>
    <message>
        <source>Wrong → right</source>
        <translation>Falsch → richtig</translation>
    </message>
    <message>
        <source>Chart</source>
        <translation>Diagramm</translation>
    </message>
    <message>
        <source>Table of the chart</source>
        <translation>Tabelle des Diagramms</translation>
    </message>
    <message>
        <source>Picture (*.png);;Vector picture (*.svg);;Document (*.pdf);;Numbers (*.csv)</source>
        <translation>Bild (*.png);;Vektorbild (*.svg);;Dokument (*.pdf);;Zahlen (*.csv)</translation>
    </message>
    <message>
        <source>Export chart</source>
        <translation>Diagramm exportieren</translation>
    </message>
    <message>
        <source>Copy chart</source>
        <translation>Diagramm kopieren</translation>
    </message>
    <message>
        <source>Copy image</source>
        <translation>Bild kopieren</translation>
    </message>
    <message>
        <source>Copy data</source>
        <translation>Daten kopieren</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Reset view</source>
        <translation>Ansicht zurücksetzen</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Show as table</source>
        <translation>Als Tabelle zeigen</translation>
    </message>
    <message>
        <source>The chart could not be written: {reason}</source>
        <translation>Das Diagramm konnte nicht geschrieben werden: {reason}</translation>
    </message>
    <message>
        <source>{name} {change} {unit} at step {step}, inside its budget</source>
        <translation>{name} {change} {unit} bei Schritt {step}, innerhalb des Budgets</translation>
    </message>
    <message>
        <source>{name} {change} {unit} at step {step}, beyond its budget</source>
        <translation>{name} {change} {unit} bei Schritt {step}, außerhalb des Budgets</translation>
    </message>
    <message>
        <source>Loss {loss} at step {step}</source>
        <translation>Verlust {loss} bei Schritt {step}</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>Zeitverlauf</translation>
    </message>
    <message>
        <source>loss from {first} to {last}</source>
        <translation>Verlust von {first} bis {last}</translation>
    </message>
    <message>
        <source>budget {limit} {unit}</source>
        <translation>Budget {limit} {unit}</translation>
    </message>
    <message>
        <source>95 % intervals</source>
        <translation>95-%-Intervalle</translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation>Schritt {step}</translation>
    </message>
    <message>
        <source>loss {loss} (smoothed {smooth})</source>
        <translation>Verlust {loss} (geglättet {smooth})</translation>
    </message>
    <message>
        <source>{said} at step {step}</source>
        <translation>{said} bei Schritt {step}</translation>
    </message>
    <message>
        <source>checkpoint</source>
        <translation>Checkpoint</translation>
    </message>
    <message>
        <source>best kept</source>
        <translation>bester behaltener</translation>
    </message>
    <message>
        <source>auto-stopped</source>
        <translation>vom Wächter angehalten</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>pausiert</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>unterbrochen</translation>
    </message>
    <message>
        <source>guard&apos;s warning</source>
        <translation>Warnung des Wächters</translation>
    </message>
    <message>
        <source>{name} {change} {unit} at step {step}, can&apos;t tell if beyond its budget</source>
        <translation>{name} {change} {unit} bei Schritt {step}, unklar, ob außerhalb des Budgets</translation>
    </message>
    <message>
        <source>{name} {change} {unit} at step {step}</source>
        <translation>{name} {change} {unit} bei Schritt {step}</translation>
    </message>
    <message>
        <source>No steps yet</source>
        <translation>Noch keine Schritte</translation>
    </message>
    <message>
        <source>best kept: step {step}</source>
        <translation>bester behaltener: Schritt {step}</translation>
    </message>
    <message>
        <source>auto-stopped at {step}</source>
        <translation>vom Wächter angehalten bei {step}</translation>
    </message>
    <message>
        <source>guard&apos;s warning at {step}</source>
        <translation>Warnung des Wächters bei {step}</translation>
    </message>
    <message>
        <source>stopped at {step}</source>
        <translation>angehalten bei {step}</translation>
    </message>
    <message>
        <source>Loss, nats/token</source>
        <translation>Verlust, nats/Token</translation>
    </message>
    <message>
        <source>Step</source>
        <extracomment>What well-known modules are called for short, by the last part of their names. Short names in the order of a block; other modules follow by name.</extracomment>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>‖ΔW‖/‖W‖</source>
        <translation>‖ΔW‖/‖W‖</translation>
    </message>
    <message>
        <source>frozen</source>
        <translation>eingefroren</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Training time, minutes</source>
        <translation>Trainingszeit, Minuten</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>Epoche</translation>
    </message>
    <message>
        <source>n={n} guard items</source>
        <translation>n={n} Wächteraufgaben</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>canary check</source>
        <translation>Kanarienprüfung</translation>
    </message>
    <message>
        <source>auto-stop</source>
        <translation>Wächterhalt</translation>
    </message>
    <message>
        <source>Training time, s</source>
        <translation>Trainingszeit, s</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>Marke</translation>
    </message>
    <message>
        <source>Capability or note</source>
        <translation>Fähigkeit oder Notiz</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message numerus="yes">
        <source>%n token(s)</source>
        <extracomment>How much of a fingerprint is shown. Lines of an answer that are seen at least.</extracomment>
        <translation>
            <numerusform>%n Token</numerusform>
            <numerusform>%n Token</numerusform>
        </translation>
    </message>
    <message>
        <source>cut at the limit</source>
        <translation>an der Grenze abgeschnitten</translation>
    </message>
    <message>
        <source>mean log-prob {value}</source>
        <translation>mittlere Log-Wahrscheinlichkeit {value}</translation>
    </message>
    <message>
        <source>seed {seed}</source>
        <translation>Seed {seed}</translation>
    </message>
    <message>
        <source>temperature {value}</source>
        <translation>Temperatur {value}</translation>
    </message>
    <message>
        <source>fingerprint {start}…</source>
        <translation>Fingerabdruck {start}…</translation>
    </message>
    <message>
        <source>Answer</source>
        <extracomment>What is known of the token the text cursor stands in, for those who use no mouse.</extracomment>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>hidden until you vote</source>
        <translation>verborgen, bis Sie abstimmen</translation>
    </message>
    <message>
        <source>Answer {letter}</source>
        <translation>Antwort {letter}</translation>
    </message>
    <message>
        <source>base</source>
        <extracomment>Pixels below which a panel is not laid out yet. Between a point and its name, and the least that is left of a name, in pixels.</extracomment>
        <translation>Basis</translation>
    </message>
    <message>
        <source>tuned</source>
        <translation>feinabgestimmt</translation>
    </message>
    <message>
        <source>instead: {tokens}</source>
        <translation>stattdessen: {tokens}</translation>
    </message>
    <message numerus="yes">
        <source>… %n same word(s) … </source>
        <extracomment>Both texts, how they were compared, and the difference.</extracomment>
        <translation>
            <numerusform>… %n gleiches Wort … </numerusform>
            <numerusform>… %n gleiche Wörter … </numerusform>
        </translation>
    </message>
    <message>
        <source>Still writing…</source>
        <extracomment>Answers whose lengths together stay below this are compared at once; longer ones off the GUI thread.</extracomment>
        <translation>Wird noch geschrieben…</translation>
    </message>
    <message>
        <source>Comparing…</source>
        <translation>Vergleicht…</translation>
    </message>
    <message numerus="yes">
        <source>%n difference(s)</source>
        <translation>
            <numerusform>%n Stelle unterscheidet sich</numerusform>
            <numerusform>%n Stellen unterscheiden sich</numerusform>
        </translation>
    </message>
    <message>
        <source>Shaded on {first}&apos;s answer: what became less likely (dotted) or likelier under {second}</source>
        <translation>Getönt auf der Antwort von {first}: was unter {second} weniger wahrscheinlich (gepunktet) oder wahrscheinlicher wurde</translation>
    </message>
    <message>
        <source>Shaded: how unlikely each token was to the model that wrote it ({models}); dotted below p = .05</source>
        <translation>Getönt: wie unwahrscheinlich jedes Token für das Modell war, das es schrieb ({models}); gepunktet unter p = 0,05</translation>
    </message>
    <message>
        <source>best inside budget</source>
        <translation>bester im Budget</translation>
    </message>
    <message>
        <source>your limit</source>
        <translation>Ihr Limit</translation>
    </message>
    <message>
        <source>average score at the end {value} {unit}</source>
        <extracomment>Points at which the colour is full, fixed so that matrices compare.</extracomment>
        <translation>mittlerer Wert am Ende {value} {unit}</translation>
    </message>
    <message>
        <source>average change on earlier tasks {value} {unit}</source>
        <translation>mittlere Änderung früherer Aufgaben {value} {unit}</translation>
    </message>
    <message>
        <source>hatched and “?”: the interval holds the limit</source>
        <translation>schraffiert und „?“: das Intervall enthält das Limit</translation>
    </message>
    <message>
        <source>Evaluated on</source>
        <translation>Gemessen an</translation>
    </message>
    <message>
        <source>Earlier tasks over time</source>
        <translation>Frühere Aufgaben über die Zeit</translation>
    </message>
    <message>
        <source>At the end {name} is at {change} {unit} from its reference</source>
        <translation>Am Ende liegt {name} um {change} {unit} neben seinem Bezugswert</translation>
    </message>
    <message>
        <source>Train two tasks one after the other to see what the second did to the first.</source>
        <translation>Trainieren Sie zwei Aufgaben nacheinander, um zu sehen, was die zweite mit der ersten gemacht hat.</translation>
    </message>
    <message>
        <source>n at least {n} a cell</source>
        <translation>n mindestens {n} je Zelle</translation>
    </message>
    <message>
        <source>budget {limit}</source>
        <translation>Budget {limit}</translation>
    </message>
    <message>
        <source>{stage}, evaluated on {name}</source>
        <translation>{stage}, gemessen an {name}</translation>
    </message>
    <message>
        <source>the interval holds the limit</source>
        <translation>das Intervall enthält das Limit</translation>
    </message>
    <message>
        <source>Learned, {unit} → better</source>
        <translation>Gelernt, {unit} → besser</translation>
    </message>
    <message>
        <source>Worst capability, in units of its limit ↑ better</source>
        <translation>Schlechteste Änderung ÷ Limit ↑ besser</translation>
    </message>
    <message>
        <source>Mean of capabilities, in units of their limits ↑ better</source>
        <translation>Mittlere Änderung ÷ Limit ↑ besser</translation>
    </message>
    <message>
        <source>{name}, {unit} ↑ better</source>
        <translation>{name}, {unit} ↑ besser</translation>
    </message>
    <message>
        <source>Nothing learned stayed inside the budget</source>
        <translation>Nichts Gelerntes blieb im Budget</translation>
    </message>
    <message>
        <source>Learned against kept</source>
        <translation>Gelernt gegen behalten</translation>
    </message>
    <message>
        <source>{gain} {unit} inside the budget: {run}, step {step}</source>
        <translation>{gain} {unit} innerhalb des Budgets: {run}, Schritt {step}</translation>
    </message>
    <message>
        <source>{all} checkpoints of {runs} runs, {inside} inside the budget</source>
        <translation>{all} Checkpoints aus {runs} Läufen, {inside} im Budget</translation>
    </message>
    <message>
        <source>No other beats: {names}.</source>
        <translation>Kein anderer ist besser als: {names}.</translation>
    </message>
    <message>
        <source>Pick 2–6 runs: each measured checkpoint becomes a point here.</source>
        <translation>Wählen Sie 2–6 Läufe: jeder gemessene Checkpoint wird hier ein Punkt.</translation>
    </message>
    <message>
        <source>n at least {n} canaries a point</source>
        <translation>n mindestens {n} Kanarien je Punkt</translation>
    </message>
    <message>
        <source>{run} at step {step}</source>
        <translation>{run} bei Schritt {step}</translation>
    </message>
    <message>
        <source>learned {gain} {unit}</source>
        <translation>gelernt {gain} {unit}</translation>
    </message>
    <message>
        <source>inside the budget</source>
        <translation>im Budget</translation>
    </message>
    <message>
        <source>beyond the budget</source>
        <translation>außerhalb des Budgets</translation>
    </message>
    <message>
        <source>★ best inside budget</source>
        <translation>★ bester im Budget</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>limits</source>
        <translation>Limits</translation>
    </message>
    <message>
        <source>Canary change</source>
        <translation>Kanarienänderung</translation>
    </message>
    <message>
        <source>Gain</source>
        <translation>Zugewinn</translation>
    </message>
    <message>
        <source>Kept</source>
        <extracomment>What a row can be called: the engine&apos;s words, the learned task, and what could not be measured. pyqtgraph&apos;s symbols of the same shapes; &quot;measured&quot; is drawn hollow.</extracomment>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Forgot</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Verändert</translation>
    </message>
    <message>
        <source>Can&apos;t tell</source>
        <translation>Nicht zu sagen</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>Gemessen</translation>
    </message>
    <message>
        <source>Learned</source>
        <translation>Gelernt</translation>
    </message>
    <message>
        <source>Not measured</source>
        <translation>Nicht gemessen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <extracomment>A stop that takes longer than this may be forced.</extracomment>
        <translation>Abbrechen</translation>
    </message>
    <message numerus="yes">
        <source>%n small edit(s)</source>
        <extracomment>Signs of the actions; an unknown one gets a dot, a verdict the sign of its word. Small edits, shown as one line when several follow each other.</extracomment>
        <translation>
            <numerusform>%n kleine Änderung</numerusform>
            <numerusform>%n kleine Änderungen</numerusform>
        </translation>
    </message>
    <message>
        <source> (undone)</source>
        <translation> (rückgängig gemacht)</translation>
    </message>
    <message>
        <source>Entry</source>
        <translation>Eintrag</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Gestern</translation>
    </message>
    <message>
        <source>History</source>
        <extracomment>Entries shown at first, and how many more each time.</extracomment>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Every action. Going back adds a line here; nothing is deleted by it.</source>
        <translation>Jede Handlung. Ein Schritt zurück fügt hier eine Zeile hinzu; gelöscht wird dabei nichts.</translation>
    </message>
    <message>
        <source>Nothing was done yet</source>
        <translation>Noch ist nichts geschehen</translation>
    </message>
    <message>
        <source>Imports, runs, verdicts and every change of the current model are listed here, with a way back.</source>
        <translation>Hier stehen Importe, Läufe, Urteile und jeder Wechsel des aktuellen Modells, mit einem Weg zurück.</translation>
    </message>
    <message>
        <source>Go to Home</source>
        <translation>Zum Start</translation>
    </message>
    <message>
        <source>Show older</source>
        <translation>Ältere zeigen</translation>
    </message>
    <message>
        <source>Details</source>
        <extracomment>Things that look like access tokens: long words after a telling name, and the usual beginnings.</extracomment>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Details of “{sentence}”</source>
        <translation>Einzelheiten zu „{sentence}“</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Restore before</source>
        <translation>Stand davor</translation>
    </message>
    <message>
        <source>Show run</source>
        <translation>Lauf zeigen</translation>
    </message>
    <message>
        <source>Entries {ids} no longer match their own hash: they were altered.</source>
        <translation>Die Einträge {ids} passen nicht mehr zu ihrer Prüfsumme: sie wurden verändert.</translation>
    </message>
    <message>
        <source>The database was changed by something other than Palimpsest. The models themselves are checked apart.</source>
        <translation>Etwas anderes als Palimpsest hat die Datenbank verändert. Die Modelle selbst werden gesondert geprüft.</translation>
    </message>
    <message>
        <source>Default: {value}.</source>
        <extracomment>Room for a label, in average letters.</extracomment>
        <translation>Vorgabe: {value}.</translation>
    </message>
    <message>
        <source>New run</source>
        <extracomment>Settings with a place of their own above Advanced. Settings shown as plain fields above Advanced, by card.</extracomment>
        <translation>Neuer Lauf</translation>
    </message>
    <message>
        <source>1  What is it for?</source>
        <translation>1  Wofür ist es?</translation>
    </message>
    <message>
        <source>Whatever the base could do must stay inside its budget; a loss beyond it is called forgot.</source>
        <translation>Was die Basis konnte, muss in seinem Budget bleiben; ein Verlust darüber hinaus heißt vergessen.</translation>
    </message>
    <message>
        <source>One job only: all capabilities but safety may be lost by design. They are measured, never judged.</source>
        <translation>Nur eine Aufgabe: alle Fähigkeiten außer Sicherheit dürfen verloren gehen. Sie werden gemessen, nicht beurteilt.</translation>
    </message>
    <message>
        <source>Purpose</source>
        <translation>Zweck</translation>
    </message>
    <message>
        <source>Keep general abilities</source>
        <translation>Allgemeine Fähigkeiten behalten</translation>
    </message>
    <message>
        <source>Single purpose</source>
        <translation>Ein einziger Zweck</translation>
    </message>
    <message>
        <source>2  Base model and training rows</source>
        <translation>2  Basismodell und Trainingszeilen</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>Basismodell</translation>
    </message>
    <message>
        <source>Import a model…</source>
        <translation>Modell importieren…</translation>
    </message>
    <message>
        <source>Start from the base instead</source>
        <translation>Stattdessen mit der Basis beginnen</translation>
    </message>
    <message>
        <source>On top of</source>
        <translation>Aufbauend auf</translation>
    </message>
    <message>
        <source>Training rows</source>
        <translation>Trainingszeilen</translation>
    </message>
    <message>
        <source>A .jsonl, .json, .csv, .parquet or .txt file: drop it here</source>
        <translation>Eine Datei .jsonl, .json, .csv, .parquet oder .txt: hier ablegen</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Durchsuchen…</translation>
    </message>
    <message>
        <source>Look at the rows</source>
        <translation>Zeilen ansehen</translation>
    </message>
    <message>
        <source>3  Method</source>
        <translation>3  Methode</translation>
    </message>
    <message>
        <source>A small update beside frozen weights: little memory, a small file, the usual choice.</source>
        <translation>Eine kleine Änderung neben eingefrorenen Gewichten: wenig Speicher, kleine Datei, die übliche Wahl.</translation>
    </message>
    <message>
        <source>LoRA over a 4-bit copy of the base: the least memory, a little slower.</source>
        <translation>LoRA über einer 4-Bit-Kopie der Basis: am wenigsten Speicher, etwas langsamer.</translation>
    </message>
    <message>
        <source>Every weight is trained: the most memory, and the most that can be forgotten.</source>
        <translation>Jedes Gewicht wird trainiert: am meisten Speicher, und am meisten kann vergessen werden.</translation>
    </message>
    <message>
        <source>No weight is changed: a system message and examples before each question.</source>
        <translation>Kein Gewicht wird verändert: eine Systemnachricht und Beispiele vor jeder Frage.</translation>
    </message>
    <message>
        <source>Method</source>
        <extracomment>What can be asked of a model, in the order of its buttons.</extracomment>
        <translation>Methode</translation>
    </message>
    <message>
        <source>4  Protection and canaries</source>
        <translation>4  Schutz und Kanarien</translation>
    </message>
    <message>
        <source>The single protections under Advanced, as they are.</source>
        <translation>Die einzelnen Schutzmittel unter Erweitert, so wie sie sind.</translation>
    </message>
    <message>
        <source>Protection</source>
        <translation>Schutz</translation>
    </message>
    <message>
        <source>Canary suite</source>
        <translation>Kanariensatz</translation>
    </message>
    <message>
        <source>Canaries and budgets</source>
        <translation>Kanarien und Budgets</translation>
    </message>
    <message>
        <source>A canary is a prompt the base already answers well; if the answer gets worse, something was forgotten.</source>
        <translation>Ein Kanarie ist ein Prompt, den das Basismodell schon gut beantwortet; wird die Antwort schlechter, wurde etwas vergessen.</translation>
    </message>
    <message>
        <source>5  Name</source>
        <translation>5  Name</translation>
    </message>
    <message>
        <source>Advanced: every setting</source>
        <translation>Erweitert: jede Einstellung</translation>
    </message>
    <message>
        <source>Recipe as TOML</source>
        <translation>Rezept als TOML</translation>
    </message>
    <message>
        <source>Edit or paste here; the form follows as soon as it is valid.</source>
        <translation>Hier bearbeiten oder einfügen; das Formular folgt, sobald es gültig ist.</translation>
    </message>
    <message>
        <source>Copy the recipe</source>
        <translation>Rezept kopieren</translation>
    </message>
    <message>
        <source>{name} (yours)</source>
        <translation>{name} (eigenes)</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Liest…</translation>
    </message>
    <message>
        <source>Then it fits.</source>
        <translation>Dann passt es.</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>Plan</translation>
    </message>
    <message>
        <source>Of the last values that could be read:</source>
        <translation>Aus den letzten lesbaren Werten:</translation>
    </message>
    <message>
        <source>Time it on this machine</source>
        <translation>Auf diesem Rechner messen</translation>
    </message>
    <message>
        <source>What can be told</source>
        <translation>Was sich sagen lässt</translation>
    </message>
    <message>
        <source>Each capability</source>
        <translation>Jede Fähigkeit</translation>
    </message>
    <message>
        <source>What each capability&apos;s canaries can decide</source>
        <translation>Was die Kanarien jeder Fähigkeit entscheiden können</translation>
    </message>
    <message>
        <source>In nats/token (checked answers: points). * has too few items to be called kept at its budget.</source>
        <translation>In nats/Token (geprüfte Antworten: Punkte). * hat zu wenige Aufgaben, um in seinem Budget behalten zu heißen.</translation>
    </message>
    <message>
        <source>Try 20 steps first</source>
        <translation>Erst 20 Schritte versuchen</translation>
    </message>
    <message>
        <source>Twenty real steps of this recipe; nothing of them is kept</source>
        <translation>Zwanzig echte Schritte dieses Rezepts; nichts davon wird behalten</translation>
    </message>
    <message>
        <source>Estimate from 20 steps</source>
        <translation>Schätzung aus 20 Schritten</translation>
    </message>
    <message>
        <source>An estimate, not a prediction: nobody can tell forgetting from a few steps with known accuracy.</source>
        <translation>Eine Schätzung, keine Vorhersage: Aus wenigen Schritten kann niemand mit bekannter Genauigkeit auf das Vergessen schließen.</translation>
    </message>
    <message>
        <source>Cancel the 20 steps</source>
        <translation>Die 20 Schritte abbrechen</translation>
    </message>
    <message>
        <source>Twenty steps are being tried; they wait their turn if a run is training.</source>
        <translation>Zwanzig Schritte werden versucht; sie warten, falls gerade ein Lauf trainiert.</translation>
    </message>
    <message numerus="yes">
        <source>%n capability(ies) would be beyond the limit</source>
        <translation>
            <numerusform>%n Fähigkeit läge jenseits der Grenze</numerusform>
            <numerusform>%n Fähigkeiten lägen jenseits der Grenze</numerusform>
        </translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Try all methods…</source>
        <translation>Alle Methoden versuchen …</translation>
    </message>
    <message>
        <source>Prompt only, full, LoRA and QLoRA from this recipe, and which one to take</source>
        <translation>Nur Prompt, voll, LoRA und QLoRA aus diesem Rezept, und was davon zu nehmen ist</translation>
    </message>
    <message>
        <source>Ctrl+Enter. It waits its turn if a run is training.</source>
        <translation>Ctrl+Enter. Wartet, bis es an der Reihe ist, wenn ein Lauf trainiert.</translation>
    </message>
    <message>
        <source>Choose a base model and training rows: the plan follows as you edit.</source>
        <translation>Wählen Sie Basismodell und Trainingszeilen: der Plan folgt beim Bearbeiten.</translation>
    </message>
    <message>
        <source>Fits: needs about {need} of {free} free</source>
        <translation>Passt: braucht etwa {need} von {free} freien</translation>
    </message>
    <message>
        <source>Does not seem to fit: needs about {need}, {free} free</source>
        <translation>Passt wohl nicht: braucht etwa {need}, {free} frei</translation>
    </message>
    <message>
        <source>Not enough disk space for the checkpoints</source>
        <translation>Nicht genug Plattenplatz für die Checkpoints</translation>
    </message>
    <message>
        <source>{change}: −{saving}</source>
        <translation>{change}: −{saving}</translation>
    </message>
    <message>
        <source>about {text}</source>
        <translation>etwa {text}</translation>
    </message>
    <message>
        <source>{train} rows, {heldout} held out</source>
        <translation>{train} Zeilen, {heldout} zurückgehalten</translation>
    </message>
    <message>
        <source>half up to {p50}, 95 % up to {p95} tokens</source>
        <translation>die Hälfte bis {p50}, 95 % bis {p95} Token</translation>
    </message>
    <message>
        <source>{steps}, {batch} rows each</source>
        <translation>{steps} zu je {batch} Zeilen</translation>
    </message>
    <message>
        <source>Losses from {low:.2f} to {high:.2f} {unit} on could be called forgot, depending on the capability.</source>
        <translation>Verluste ab {low:.2f} bis {high:.2f} {unit} könnten vergessen heißen, je nach Fähigkeit.</translation>
    </message>
    <message>
        <source>Each could be called kept at its limit.</source>
        <translation>Jede könnte an ihrem Limit behalten heißen.</translation>
    </message>
    <message>
        <source>{able} of {all} could be called kept at their limit; the rest need up to {n} items each.</source>
        <translation>{able} von {all} könnten an ihrem Limit behalten heißen; die übrigen brauchen bis zu {n} Aufgaben.</translation>
    </message>
    <message>
        <source>Gain ({unit})</source>
        <translation>Zugewinn ({unit})</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Mean loss</source>
        <translation>Mittlerer Verlust</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>★ learned most inside every budget</source>
        <translation>★ hat in jedem Budget am meisten gelernt</translation>
    </message>
    <message>
        <source>Against the baseline</source>
        <translation>Gegen die Baseline</translation>
    </message>
    <message>
        <source>{value} × limit</source>
        <translation>{value} × Limit</translation>
    </message>
    <message>
        <source>⚑ the project&apos;s current model</source>
        <translation>⚑ das aktuelle Modell des Projekts</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Platte</translation>
    </message>
    <message numerus="yes">
        <source>%n checkpoint(s)</source>
        <translation>
            <numerusform>%n Checkpoint</numerusform>
            <numerusform>%n Checkpoints</numerusform>
        </translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>Prüfungen</translation>
    </message>
    <message numerus="yes">
        <source>before, after and %n on the way</source>
        <translation>
            <numerusform>vorher, nachher und %n unterwegs</numerusform>
            <numerusform>vorher, nachher und %n unterwegs</numerusform>
        </translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>Zeile</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>Erwartet</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>Gefunden</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>Zeilen</translation>
    </message>
    <message>
        <source>Open a data file…</source>
        <translation>Datendatei öffnen…</translation>
    </message>
    <message>
        <source>Data files</source>
        <translation>Datendateien</translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation>Datei öffnen…</translation>
    </message>
    <message>
        <source>As seen by</source>
        <translation>Gesehen von</translation>
    </message>
    <message>
        <source>Use in a new run</source>
        <translation>In neuem Lauf verwenden</translation>
    </message>
    <message>
        <source>As the model sees it</source>
        <translation>Wie das Modell es sieht</translation>
    </message>
    <message>
        <source>What is odd</source>
        <translation>Was auffällt</translation>
    </message>
    <message>
        <source>Rows that cannot be used</source>
        <translation>Unbrauchbare Zeilen</translation>
    </message>
    <message>
        <source>Lengths</source>
        <translation>Längen</translation>
    </message>
    <message>
        <source>Mapping</source>
        <translation>Zuordnung</translation>
    </message>
    <message>
        <source>Which columns mean what. Shape auto looks at the first rows.</source>
        <translation>Welche Spalten was bedeuten. Form auto sieht sich die ersten Zeilen an.</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>Form</translation>
    </message>
    <message>
        <source>No data files yet</source>
        <translation>Noch keine Datendateien</translation>
    </message>
    <message>
        <source>Open or drop a .jsonl, .json, .csv, .parquet or .txt file to see it as the model will.</source>
        <translation>Öffnen oder ablegen: .jsonl, .json, .csv, .parquet oder .txt, um sie so zu sehen wie das Modell.</translation>
    </message>
    <message>
        <source>Choose another file…</source>
        <translation>Andere Datei wählen…</translation>
    </message>
    <message>
        <source>Nothing: no repeats, no canaries, no secrets, nothing cut.</source>
        <translation>Nichts: keine Wiederholungen, keine Kanarien, keine Geheimnisse, nichts gekürzt.</translation>
    </message>
    <message>
        <source>Column for {part}</source>
        <translation>Spalte für {part}</translation>
    </message>
    <message>
        <source>{column} (usual)</source>
        <translation>{column} (üblich)</translation>
    </message>
    <message>
        <source>Open a data file</source>
        <translation>Datendatei öffnen</translation>
    </message>
    <message>
        <source>What helps: {fix}</source>
        <translation>Was hilft: {fix}</translation>
    </message>
    <message>
        <source>line {line}: {text}</source>
        <translation>Zeile {line}: {text}</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>auto</translation>
    </message>
    <message>
        <source>conversations (from, value)</source>
        <translation>Gespräche (from, value)</translation>
    </message>
    <message>
        <source>instruction, input, output</source>
        <translation>instruction, input, output</translation>
    </message>
    <message>
        <source>prompt and completion</source>
        <translation>prompt und completion</translation>
    </message>
    <message>
        <source>Trained</source>
        <translation>Trainiert</translation>
    </message>
    <message>
        <source>{part} of {all} million weights</source>
        <translation>{part} von {all} Millionen Gewichten</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>Läuft auf</translation>
    </message>
    <message>
        <source>{low} to {high}</source>
        <translation>{low} bis {high}</translation>
    </message>
    <message>
        <source>The time is a rough range: nothing was timed on this machine yet.</source>
        <translation>Die Zeit ist eine grobe Spanne: auf diesem Rechner wurde noch nichts gemessen.</translation>
    </message>
    <message>
        <source>Lengths are guessed from characters until the rows are read with the model&apos;s tokenizer.</source>
        <translation>Die Längen sind aus Zeichen geschätzt, bis die Zeilen mit dem Tokenizer des Modells gelesen sind.</translation>
    </message>
    <message>
        <source>after {name}</source>
        <translation>nach {name}</translation>
    </message>
    <message>
        <source>nats/token</source>
        <translation>nats/Token</translation>
    </message>
    <message>
        <source>Average at the end</source>
        <translation>Mittel am Ende</translation>
    </message>
    <message>
        <source>mean score of all tasks after the last training</source>
        <translation>mittlerer Wert aller Aufgaben nach dem letzten Training</translation>
    </message>
    <message>
        <source>Backward transfer</source>
        <translation>Rückwirkung</translation>
    </message>
    <message>
        <source>average change on earlier tasks since each was learned; below 0 = forgot (Lopez-Paz &amp; Ranzato 2017)</source>
        <translation>mittlere Änderung früherer Aufgaben, seit sie gelernt wurden; unter 0 = vergessen (Lopez-Paz &amp; Ranzato 2017)</translation>
    </message>
    <message>
        <source>Forgetting, from the best</source>
        <translation>Vergessen, vom besten</translation>
    </message>
    <message>
        <source>best score of any earlier stage − last score (Chaudhry et al. 2018)</source>
        <translation>bester Wert einer früheren Stufe − letzter Wert (Chaudhry et al. 2018)</translation>
    </message>
    <message>
        <source>Forgetting, from the first</source>
        <translation>Vergessen, vom ersten</translation>
    </message>
    <message>
        <source>score when first learned − last score (Avalanche)</source>
        <translation>Wert, als sie gelernt wurde, − letzter Wert (Avalanche)</translation>
    </message>
    <message>
        <source>General ability</source>
        <translation>Allgemeines Können</translation>
    </message>
    <message>
        <source>mean change of the capabilities against the base (TRACE)</source>
        <translation>mittlere Änderung der Fähigkeiten gegenüber der Basis (TRACE)</translation>
    </message>
    <message>
        <source>· not measured</source>
        <translation>· nicht gemessen</translation>
    </message>
    <message>
        <source>Did {later} break {earlier}?</source>
        <translation>Hat {later} beschädigt, was {earlier} gelernt hatte?</translation>
    </message>
    <message>
        <source>No: it was kept.</source>
        <translation>Nein: Es wurde behalten.</translation>
    </message>
    <message>
        <source>Yes: it was forgotten.</source>
        <translation>Ja: Es wurde vergessen.</translation>
    </message>
    <message>
        <source>It was changed.</source>
        <translation>Es wurde verändert.</translation>
    </message>
    <message>
        <source>We can&apos;t tell.</source>
        <translation>Das lässt sich nicht sagen.</translation>
    </message>
    <message>
        <source>{change} {unit} on its held-out rows, limit {limit}, n={n}</source>
        <translation>{change} {unit} auf seinen zurückgehaltenen Zeilen, Grenze {limit}, n={n}</translation>
    </message>
    <message>
        <source>No held-out rows of an earlier run were measured again, so nothing says whether it was broken.</source>
        <translation>Von keinem früheren Lauf wurden zurückgehaltene Zeilen erneut gemessen; ob er beschädigt wurde, ist also nicht bekannt.</translation>
    </message>
    <message>
        <source>No canaries were measured before the first run, so there is no general ability.</source>
        <translation>Vor dem ersten Lauf wurden keine Kanarien gemessen, also gibt es kein allgemeines Können.</translation>
    </message>
    <message>
        <source>points of right answers</source>
        <translation>Punkte richtiger Antworten</translation>
    </message>
    <message>
        <source>points of right fields</source>
        <translation>Punkte richtiger Felder</translation>
    </message>
    <message>
        <source>baseline</source>
        <translation>Baseline</translation>
    </message>
    <message>
        <source>worst {change} limits</source>
        <translation>schlechteste {change} Limits</translation>
    </message>
    <message>
        <source>gain {change}</source>
        <translation>Zugewinn {change}</translation>
    </message>
    <message>
        <source>This run has no verdict yet.</source>
        <translation>Dieser Lauf hat noch kein Urteil.</translation>
    </message>
    <message>
        <source>Not comparable: different bases: {names}</source>
        <translation>Nicht vergleichbar: verschiedene Basen: {names}</translation>
    </message>
    <message>
        <source>Different training rows: {names}</source>
        <translation>Verschiedene Trainingszeilen: {names}</translation>
    </message>
    <message>
        <source>Not comparable: canary suites {names}.</source>
        <translation>Nicht vergleichbar: Kanariensätze {names}.</translation>
    </message>
    <message>
        <source>Base, rows and canaries are the same ✓</source>
        <translation>Basis, Zeilen und Kanarien sind gleich ✓</translation>
    </message>
    <message>
        <source>Re-measure {runs} on {suite}</source>
        <translation>{runs} mit {suite} neu messen</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>no</source>
        <translation>nein</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>Kosten</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>nicht verzeichnet</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} s</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} min</translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation>{hours} h</translation>
    </message>
    <message>
        <source>Nothing is judged, so there will be no verdict.</source>
        <translation>Nichts wird beurteilt, also gibt es kein Urteil.</translation>
    </message>
    <message>
        <source>Change {field}</source>
        <extracomment>Findings told beside the data field; all of them are on the Data page. Findings that reading the file has told already, with the line.</extracomment>
        <translation>{field} ändern</translation>
    </message>
    <message>
        <source>Train on top of {run}</source>
        <translation>Auf {run} aufbauen</translation>
    </message>
    <message>
        <source>Reset the form</source>
        <translation>Formular zurücksetzen</translation>
    </message>
    <message>
        <source>Edit the recipe as TOML</source>
        <translation>Rezept als TOML bearbeiten</translation>
    </message>
    <message>
        <source>{file} cannot be read: {why}</source>
        <translation>{file} ist nicht lesbar: {why}</translation>
    </message>
    <message>
        <source>Open {file}</source>
        <translation>{file} öffnen</translation>
    </message>
    <message numerus="yes">
        <source>first %n row(s)</source>
        <translation>
            <numerusform>erste %n Zeile</numerusform>
            <numerusform>erste %n Zeilen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation>
            <numerusform>%n Zeile</numerusform>
            <numerusform>%n Zeilen</numerusform>
        </translation>
    </message>
    <message>
        <source>{count} of {low} to {high} tokens</source>
        <translation>{count} mit {low} bis {high} Token</translation>
    </message>
    <message>
        <source>tokens a row</source>
        <translation>Token je Zeile</translation>
    </message>
    <message>
        <source>Rows by length</source>
        <translation>Zeilen nach Länge</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} Token</translation>
    </message>
    <message>
        <source>Choose a base model.</source>
        <translation>Wählen Sie ein Basismodell.</translation>
    </message>
    <message>
        <source>Choose training rows.</source>
        <translation>Wählen Sie Trainingszeilen.</translation>
    </message>
    <message>
        <source>The file is still being read.</source>
        <translation>Die Datei wird noch gelesen.</translation>
    </message>
    <message>
        <source>field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Reading the files…</source>
        <translation>Liest die Dateien…</translation>
    </message>
    <message>
        <source>{run} is queued.</source>
        <translation>{run} wartet.</translation>
    </message>
    <message>
        <source>Timing a few steps on this machine…</source>
        <translation>Misst einige Schritte auf diesem Rechner…</translation>
    </message>
    <message>
        <source>chat messages</source>
        <translation>Chatnachrichten</translation>
    </message>
    <message>
        <source>conversations</source>
        <translation>Gespräche</translation>
    </message>
    <message>
        <source>instructions</source>
        <translation>Anweisungen</translation>
    </message>
    <message>
        <source>prompts and completions</source>
        <translation>Prompts und Fortsetzungen</translation>
    </message>
    <message>
        <source>plain text</source>
        <translation>reiner Text</translation>
    </message>
    <message>
        <source>{bad} of {all} rows are unusable and left out.</source>
        <translation>{bad} von {all} Zeilen sind unbrauchbar und bleiben weg.</translation>
    </message>
    <message>
        <source>Start the run</source>
        <extracomment>Tables that the form and its plan depend on; a change of others only says how far a pilot is.</extracomment>
        <translation>Lauf starten</translation>
    </message>
    <message>
        <source>Open a recipe…</source>
        <translation>Rezept öffnen…</translation>
    </message>
    <message>
        <source>First a base model</source>
        <translation>Zuerst ein Basismodell</translation>
    </message>
    <message>
        <source>A run starts from a base model, which is never changed. The starter is small and comes with the program.</source>
        <translation>Ein Lauf geht von einem Basismodell aus, das nie verändert wird. Das Startmodell ist klein und liegt dem Programm bei.</translation>
    </message>
    <message>
        <source>Import a model folder…</source>
        <translation>Modellordner importieren…</translation>
    </message>
    <message>
        <source>Move the chosen model to Trash</source>
        <translation>Gewähltes Modell in den Papierkorb legen</translation>
    </message>
    <message>
        <source>Import a folder…</source>
        <translation>Ordner importieren…</translation>
    </message>
    <message>
        <source>Import a GGUF file…</source>
        <translation>GGUF-Datei importieren…</translation>
    </message>
    <message>
        <source>Import the starter</source>
        <translation>Startmodell importieren</translation>
    </message>
    <message>
        <source>Models by lineage</source>
        <translation>Modelle nach Herkunft</translation>
    </message>
    <message>
        <source>Empty Trash…</source>
        <translation>Papierkorb leeren…</translation>
    </message>
    <message>
        <source>{size} used</source>
        <translation>{size} belegt</translation>
    </message>
    <message>
        <source>No models yet</source>
        <translation>Noch keine Modelle</translation>
    </message>
    <message>
        <source>Import a base model: it is fingerprinted, only ever read, and what you train lies beside it.</source>
        <translation>Importieren Sie ein Basismodell: es bekommt einen Fingerabdruck, wird nur gelesen, und was Sie trainieren, liegt daneben.</translation>
    </message>
    <message numerus="yes">
        <source>Trash: %n item(s)</source>
        <translation>
            <numerusform>Papierkorb: %n Stück</numerusform>
            <numerusform>Papierkorb: %n Stück</numerusform>
        </translation>
    </message>
    <message>
        <source>Import a GGUF file</source>
        <translation>GGUF-Datei importieren</translation>
    </message>
    <message>
        <source>{name} is in use by {what}.</source>
        <translation>{name} wird von {what} gebraucht.</translation>
    </message>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>Und %n weiteres.</numerusform>
            <numerusform>Und %n weitere.</numerusform>
        </translation>
    </message>
    <message>
        <source>Moved {name} to the Trash.</source>
        <translation>{name} in den Papierkorb gelegt.</translation>
    </message>
    <message>
        <source>Put {name} back.</source>
        <translation>{name} zurückgelegt.</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n item(s)</source>
        <translation>
            <numerusform>%n Stück löschen</numerusform>
            <numerusform>%n Stück löschen</numerusform>
        </translation>
    </message>
    <message>
        <source>Delete what is in the Trash for good ({size})?</source>
        <translation>Den Papierkorb ({size}) endgültig löschen?</translation>
    </message>
    <message>
        <source>This cannot be undone. Model folders outside the data folder are not touched.</source>
        <translation>Das ist nicht rückgängig zu machen. Modellordner außerhalb des Datenordners bleiben unberührt.</translation>
    </message>
    <message numerus="yes">
        <source>Deleted %n item(s)</source>
        <translation>
            <numerusform>%n Stück gelöscht</numerusform>
            <numerusform>%n Stück gelöscht</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} stays: needed by {why}</source>
        <translation>{name} bleibt: gebraucht von {why}</translation>
    </message>
    <message>
        <source>Put {name} back</source>
        <translation>{name} zurücklegen</translation>
    </message>
    <message>
        <source>Choose a model folder…</source>
        <translation>Modellordner wählen…</translation>
    </message>
    <message>
        <source>Take over a recipe</source>
        <translation>Rezept übernehmen</translation>
    </message>
    <message>
        <source>Take over a run&apos;s recipe</source>
        <translation>Rezept eines Laufs übernehmen</translation>
    </message>
    <message>
        <source>training rows</source>
        <translation>Trainingszeilen</translation>
    </message>
    <message>
        <source>Import a base model</source>
        <translation>Basismodell importieren</translation>
    </message>
    <message>
        <source>base model</source>
        <extracomment>Scores by which tasks can be told, in the order of the selector. Scores from 0 to 1, shown in points. The change in nats a token at which a cell&apos;s colour is full.</extracomment>
        <translation>Basismodell</translation>
    </message>
    <message>
        <source>Open a recipe</source>
        <translation>Rezept öffnen</translation>
    </message>
    <message>
        <source>Write a prompt for the models above. A line of --- begins another one.</source>
        <translation>Schreiben Sie einen Prompt für die Modelle oben. Eine Zeile aus --- beginnt einen weiteren.</translation>
    </message>
    <message>
        <source>0 takes the likeliest token each time.</source>
        <translation>0 nimmt jedes Mal das wahrscheinlichste Token.</translation>
    </message>
    <message>
        <source>Prompt sets</source>
        <translation>Prompt-Sätze</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Fragen</translation>
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation>Strg+Eingabe</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Write a prompt first.</source>
        <extracomment>Changes of these tables make the tab read anew, off the GUI thread; what is being written is followed piece by piece.</extracomment>
        <translation>Schreiben Sie zuerst einen Prompt.</translation>
    </message>
    <message>
        <source>Most tokens</source>
        <translation>Max. Token</translation>
    </message>
    <message>
        <source>Save these prompts…</source>
        <translation>Diese Prompts speichern…</translation>
    </message>
    <message>
        <source>No saved prompts yet</source>
        <translation>Noch keine gespeicherten Prompts</translation>
    </message>
    <message>
        <source>Delete a set</source>
        <translation>Einen Satz löschen</translation>
    </message>
    <message>
        <source>Name of the prompt set</source>
        <translation>Name des Prompt-Satzes</translation>
    </message>
    <message>
        <source>a name that is taken gets these prompts instead</source>
        <translation>ein vergebener Name bekommt stattdessen diese Prompts</translation>
    </message>
    <message>
        <source>Name</source>
        <extracomment>Protections that 0 turns off; in others 0 is a number, or has words of its own.</extracomment>
        <translation>Name</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>Held-out rows</source>
        <translation>Zurückgehaltene Zeilen</translation>
    </message>
    <message>
        <source>Held-out share</source>
        <translation>Zurückgehaltener Anteil</translation>
    </message>
    <message>
        <source>Held-out rows measured</source>
        <translation>Gemessene zurückgehaltene Zeilen</translation>
    </message>
    <message>
        <source>Longest row</source>
        <translation>Längste Zeile</translation>
    </message>
    <message>
        <source>Shape of the rows</source>
        <translation>Form der Zeilen</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>Rang</translation>
    </message>
    <message>
        <source>Alpha</source>
        <translation>Alpha</translation>
    </message>
    <message>
        <source>Dropout</source>
        <translation>Dropout</translation>
    </message>
    <message>
        <source>Adapted modules</source>
        <translation>Angepasste Module</translation>
    </message>
    <message>
        <source>rsLoRA</source>
        <translation>rsLoRA</translation>
    </message>
    <message>
        <source>DoRA</source>
        <translation>DoRA</translation>
    </message>
    <message>
        <source>Kind of adapter</source>
        <translation>Art des Adapters</translation>
    </message>
    <message>
        <source>Directions preserved</source>
        <translation>Bewahrte Richtungen</translation>
    </message>
    <message>
        <source>Adapter starts at</source>
        <translation>Adapter beginnt bei</translation>
    </message>
    <message>
        <source>System message</source>
        <translation>Systemnachricht</translation>
    </message>
    <message>
        <source>Examples shown</source>
        <translation>Gezeigte Beispiele</translation>
    </message>
    <message>
        <source>General rows from</source>
        <translation>Allgemeine Zeilen aus</translation>
    </message>
    <message>
        <source>File of general rows</source>
        <translation>Datei allgemeiner Zeilen</translation>
    </message>
    <message>
        <source>Share of general rows</source>
        <translation>Anteil allgemeiner Zeilen</translation>
    </message>
    <message>
        <source>General rows</source>
        <translation>Allgemeine Zeilen</translation>
    </message>
    <message>
        <source>Look-alike general rows</source>
        <translation>Ähnliche allgemeine Zeilen</translation>
    </message>
    <message>
        <source>Longest general answer</source>
        <translation>Längste allgemeine Antwort</translation>
    </message>
    <message>
        <source>Temperature of answers</source>
        <translation>Temperatur der Antworten</translation>
    </message>
    <message>
        <source>Replay weight</source>
        <translation>Gewicht der Wiederholung</translation>
    </message>
    <message>
        <source>KL to the base, weight</source>
        <translation>KL zur Basis, Gewicht</translation>
    </message>
    <message>
        <source>KL to the base, automatic</source>
        <translation>KL zur Basis, automatisch</translation>
    </message>
    <message>
        <source>KL to the base, target</source>
        <translation>KL zur Basis, Ziel</translation>
    </message>
    <message>
        <source>KL on prompts, weight</source>
        <translation>KL auf Prompts, Gewicht</translation>
    </message>
    <message>
        <source>L2-SP strength</source>
        <translation>L2-SP: Stärke</translation>
    </message>
    <message>
        <source>L2-SP every</source>
        <translation>L2-SP alle</translation>
    </message>
    <message>
        <source>Activation strength</source>
        <translation>Stärke der Aktivierungen</translation>
    </message>
    <message>
        <source>Activation rows</source>
        <translation>Zeilen für Aktivierungen</translation>
    </message>
    <message>
        <source>EWC strength</source>
        <translation>EWC: Stärke</translation>
    </message>
    <message>
        <source>EWC rows</source>
        <translation>EWC: Zeilen</translation>
    </message>
    <message>
        <source>SAM step length</source>
        <translation>SAM: Schrittlänge</translation>
    </message>
    <message>
        <source>SAM every</source>
        <translation>SAM alle</translation>
    </message>
    <message>
        <source>Most perplexity of tokens</source>
        <translation>Höchste Perplexität der Token</translation>
    </message>
    <message>
        <source>Token weighting, tau</source>
        <translation>Token-Gewichtung, Tau</translation>
    </message>
    <message>
        <source>Strengths tried after</source>
        <translation>Danach Stärken versuchen</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Lernrate</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>Epochen</translation>
    </message>
    <message>
        <source>Most steps</source>
        <translation>Höchstens Schritte</translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation>Batchgröße</translation>
    </message>
    <message>
        <source>Micro-batch</source>
        <translation>Mikrobatch</translation>
    </message>
    <message>
        <source>Warm-up share</source>
        <translation>Anteil Aufwärmen</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>Verlauf der Lernrate</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>Gewichtsabnahme</translation>
    </message>
    <message>
        <source>Gradient norm limit</source>
        <translation>Grenze der Gradientennorm</translation>
    </message>
    <message>
        <source>Optimiser</source>
        <translation>Optimierer</translation>
    </message>
    <message>
        <source>Recompute activations</source>
        <translation>Aktivierungen neu berechnen</translation>
    </message>
    <message>
        <source>Capabilities</source>
        <translation>Fähigkeiten</translation>
    </message>
    <message>
        <source>Verdict items</source>
        <translation>Urteilsaufgaben</translation>
    </message>
    <message>
        <source>Guard items</source>
        <translation>Wächteraufgaben</translation>
    </message>
    <message>
        <source>Checks at</source>
        <translation>Prüfungen bei</translation>
    </message>
    <message>
        <source>Answers written</source>
        <translation>Geschriebene Antworten</translation>
    </message>
    <message>
        <source>Budgets</source>
        <translation>Budgets</translation>
    </message>
    <message>
        <source>Beyond a budget</source>
        <translation>Außerhalb eines Budgets</translation>
    </message>
    <message>
        <source>Checkpoint at each check</source>
        <translation>Checkpoint bei jeder Prüfung</translation>
    </message>
    <message>
        <source>Also every</source>
        <translation>Außerdem alle</translation>
    </message>
    <message>
        <source>Keep newest</source>
        <translation>Neueste behalten</translation>
    </message>
    <message>
        <source>Training</source>
        <comment>heading</comment>
        <translation>Training</translation>
    </message>
    <message>
        <source>all alike</source>
        <translation>alle gleich</translation>
    </message>
    <message>
        <source>by epochs</source>
        <translation>nach Epochen</translation>
    </message>
    <message>
        <source>as usual</source>
        <translation>wie üblich</translation>
    </message>
    <message>
        <source>text</source>
        <translation>reiner Text</translation>
    </message>
    <message>
        <source>OSF</source>
        <translation>OSF</translation>
    </message>
    <message>
        <source>zero</source>
        <translation>null (keine Änderung)</translation>
    </message>
    <message>
        <source>CorDA</source>
        <translation>CorDA</translation>
    </message>
    <message>
        <source>self</source>
        <translation>die Basis selbst</translation>
    </message>
    <message>
        <source>bundled</source>
        <translation>mitgeliefert</translation>
    </message>
    <message>
        <source>file</source>
        <translation>eigene Datei</translation>
    </message>
    <message>
        <source>shown</source>
        <translation>nur gezeigte</translation>
    </message>
    <message>
        <source>constant</source>
        <translation>konstant</translation>
    </message>
    <message>
        <source>cosine</source>
        <translation>Kosinus</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>linear</translation>
    </message>
    <message>
        <source>all</source>
        <translation>alle</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>automatisch</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>warn</source>
        <translation>warnen</translation>
    </message>
    <message>
        <source>pause</source>
        <translation>pausieren</translation>
    </message>
    <message>
        <source>stop</source>
        <translation>anhalten</translation>
    </message>
    <message>
        <source>protection {name}</source>
        <translation>Schutz {name}</translation>
    </message>
    <message>
        <source>on top of {checkpoint}</source>
        <translation>aufbauend auf {checkpoint}</translation>
    </message>
    <message>
        <source>Data</source>
        <extracomment>Lines of the list of unusable rows before it scrolls.</extracomment>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation>Adapter</translation>
    </message>
    <message>
        <source>Protections</source>
        <translation>Schutzmittel</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Trainiert</translation>
    </message>
    <message>
        <source>Canaries</source>
        <translation>Kanarien</translation>
    </message>
    <message>
        <source>Checkpoints</source>
        <translation>Checkpoints</translation>
    </message>
    <message>
        <source>Full</source>
        <translation>Voll</translation>
    </message>
    <message>
        <source>LoRA</source>
        <translation>LoRA</translation>
    </message>
    <message>
        <source>QLoRA (4-bit)</source>
        <translation>QLoRA (4 Bit)</translation>
    </message>
    <message>
        <source>Prompt only</source>
        <translation>Nur Prompt</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>Standard</translation>
    </message>
    <message>
        <source>Careful</source>
        <translation>Vorsichtig</translation>
    </message>
    <message>
        <source>Custom</source>
        <translation>Eigene</translation>
    </message>
    <message>
        <source>There is no chart to export here.</source>
        <extracomment>A page is painted with new rows at most this often. Loading shows nothing before the first, a skeleton until the second, then a bar (ux §4). Tables whose changes call `refresh`; empty means all. What `refresh` gets when everything is to be read.</extracomment>
        <translation>Hier gibt es kein Diagramm zum Exportieren.</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>Lädt</translation>
    </message>
    <message>
        <source>Prompt</source>
        <extracomment>Lines of text the editor has room for.</extracomment>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausieren</translation>
    </message>
    <message>
        <source>Pause after this step; a checkpoint is written (Ctrl+.)</source>
        <translation>Nach diesem Schritt pausieren; ein Checkpoint wird geschrieben (Ctrl+.)</translation>
    </message>
    <message>
        <source>Go on where it stopped (Ctrl+.)</source>
        <translation>Weiter, wo es aufgehört hat (Ctrl+.)</translation>
    </message>
    <message>
        <source>Stop &amp;&amp; keep</source>
        <translation>Anhalten &amp;&amp; behalten</translation>
    </message>
    <message>
        <source>Stop after this step and keep a checkpoint</source>
        <translation>Nach diesem Schritt anhalten und einen Checkpoint behalten</translation>
    </message>
    <message>
        <source>Check canaries now</source>
        <translation>Kanarien jetzt prüfen</translation>
    </message>
    <message>
        <source>Look at the canaries after this step</source>
        <translation>Die Kanarien nach diesem Schritt prüfen</translation>
    </message>
    <message>
        <source>Show log</source>
        <translation>Protokoll zeigen</translation>
    </message>
    <message>
        <source>Parts of the comparison</source>
        <extracomment>Tabs that have something to show without runs to compare. Changes of these tables make the page read its runs anew, off the GUI thread.</extracomment>
        <translation>Teile des Vergleichs</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>Trade-off</source>
        <translation>Abwägung</translation>
    </message>
    <message>
        <source>Ask models side by side</source>
        <translation>Modelle nebeneinander fragen</translation>
    </message>
    <message>
        <source>Export report of the comparison</source>
        <translation>Bericht des Vergleichs exportieren</translation>
    </message>
    <message>
        <source>Matrix</source>
        <translation>Matrix</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>No verdict yet: {runs}.</source>
        <translation>Noch kein Urteil: {runs}.</translation>
    </message>
    <message>
        <source>Pick 2–6 runs</source>
        <translation>2–6 Läufe auswählen</translation>
    </message>
    <message>
        <source>Runs are compared by what they learned and what they kept, against their base or one another.</source>
        <translation>Läufe werden danach verglichen, was sie gelernt und was sie behalten haben, gegen ihre Basis oder untereinander.</translation>
    </message>
    <message>
        <source>Compare the last runs</source>
        <translation>Die letzten Läufe vergleichen</translation>
    </message>
    <message>
        <source>Six runs are compared at most: leave one out first.</source>
        <translation>Höchstens sechs Läufe lassen sich vergleichen: Lassen Sie erst einen weg.</translation>
    </message>
    <message>
        <source>Export report…</source>
        <translation>Bericht exportieren…</translation>
    </message>
    <message>
        <source>End the worker; Resume goes on from step {step}</source>
        <translation>Den Arbeiter beenden; Fortsetzen geht ab Schritt {step} weiter</translation>
    </message>
    <message>
        <source>Free GPU memory</source>
        <translation>GPU-Speicher freigeben</translation>
    </message>
    <message>
        <source>No checkpoint was written: begin at step 0 (Ctrl+.)</source>
        <translation>Es wurde kein Checkpoint geschrieben: bei Schritt 0 beginnen (Ctrl+.)</translation>
    </message>
    <message>
        <source>Saving a checkpoint; this can be forced after {seconds} s</source>
        <translation>Sichert einen Checkpoint; nach {seconds} s lässt sich das erzwingen</translation>
    </message>
    <message>
        <source>Force stop</source>
        <translation>Halt erzwingen</translation>
    </message>
    <message numerus="yes">
        <source>Loses %n step(s) since the last checkpoint</source>
        <translation>
            <numerusform>Verliert %n Schritt seit dem letzten Checkpoint</numerusform>
            <numerusform>Verliert %n Schritte seit dem letzten Checkpoint</numerusform>
        </translation>
    </message>
    <message>
        <source>full</source>
        <translation>voll</translation>
    </message>
    <message>
        <source>waiting for its turn</source>
        <extracomment>The time left changes its words at most this often.</extracomment>
        <translation>wartet, bis er an der Reihe ist</translation>
    </message>
    <message>
        <source>step {step} of {total}</source>
        <translation>Schritt {step} von {total}</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} von {total}</translation>
    </message>
    <message>
        <source>step {step}: checking canaries {count}</source>
        <translation>Schritt {step}: prüft Kanarien {count}</translation>
    </message>
    <message>
        <source>under a minute left</source>
        <translation>weniger als eine Minute übrig</translation>
    </message>
    <message>
        <source>about {minutes} min left</source>
        <translation>etwa {minutes} min übrig</translation>
    </message>
    <message>
        <source>about {hours} h {minutes} min left</source>
        <translation>etwa {hours} h {minutes} min übrig</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>Trainieren</translation>
    </message>
    <message>
        <source>Show every setting</source>
        <translation>Jede Einstellung zeigen</translation>
    </message>
    <message>
        <source>Copy as TOML</source>
        <translation>Als TOML kopieren</translation>
    </message>
    <message>
        <source>New run with this recipe</source>
        <translation>Neuer Lauf mit diesem Rezept</translation>
    </message>
    <message>
        <source>Settings that differ from the defaults</source>
        <translation>Einstellungen, die von den Vorgaben abweichen</translation>
    </message>
    <message>
        <source>Plan and result</source>
        <translation>Plan und Ergebnis</translation>
    </message>
    <message>
        <source>The recipe as TOML</source>
        <translation>Das Rezept als TOML</translation>
    </message>
    <message>
        <source>Every setting</source>
        <translation>Jede Einstellung</translation>
    </message>
    <message>
        <source>default {value}</source>
        <translation>Vorgabe {value}</translation>
    </message>
    <message>
        <source>the method&apos;s standard</source>
        <translation>der Standard der Methode</translation>
    </message>
    <message>
        <source>the whole batch</source>
        <translation>der ganze Batch</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>Rezept</translation>
    </message>
    <message>
        <source>predicted {predicted}, measured {measured}</source>
        <translation>vorhergesagt {predicted}, gemessen {measured}</translation>
    </message>
    <message>
        <source>not yet</source>
        <translation>noch nicht</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>Spitzenspeicher</translation>
    </message>
    <message>
        <source>measured {size}</source>
        <translation>gemessen {size}</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Training time</source>
        <translation>Trainingszeit</translation>
    </message>
    <message>
        <source>Recipe&apos;s note</source>
        <translation>Notiz des Rezepts</translation>
    </message>
    <message>
        <source>predicted {predicted}</source>
        <translation>vorhergesagt {predicted}</translation>
    </message>
    <message>
        <source>predicted {predicted}, took {took}</source>
        <translation>vorhergesagt {predicted}, gedauert hat es {took}</translation>
    </message>
    <message>
        <source>{name}, fingerprint {fingerprint}</source>
        <translation>{name}, Fingerabdruck {fingerprint}</translation>
    </message>
    <message>
        <source>Checkpoints on disk</source>
        <translation>Checkpoints auf der Platte</translation>
    </message>
    <message>
        <source>steps {steps}; {size}</source>
        <translation>Schritte {steps}; {size}</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>{suite}, version {version}</source>
        <translation>{suite}, Version {version}</translation>
    </message>
    <message>
        <source>raw</source>
        <translation>roh</translation>
    </message>
    <message>
        <source>log loss</source>
        <translation>Log-Verlust</translation>
    </message>
    <message>
        <source>Worst</source>
        <translation>Schlechteste</translation>
    </message>
    <message>
        <source>↦ Live</source>
        <translation>↦ Live</translation>
    </message>
    <message>
        <source>Follow the newest steps again</source>
        <translation>Wieder den neuesten Schritten folgen</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Make this checkpoint the current model; nothing is deleted</source>
        <translation>Diesen Checkpoint zum aktuellen Modell machen; gelöscht wird nichts</translation>
    </message>
    <message>
        <source>Baseline</source>
        <extracomment>Room between columns, and the most that cells may ask for.</extracomment>
        <translation>Baseline</translation>
    </message>
    <message>
        <source>Add a run</source>
        <translation>Lauf hinzufügen</translation>
    </message>
    <message>
        <source>Compared runs</source>
        <translation>Verglichene Läufe</translation>
    </message>
    <message>
        <source>+ Add run…</source>
        <translation>+ Lauf hinzufügen…</translation>
    </message>
    <message>
        <source>Compare answers</source>
        <translation>Antworten vergleichen</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>Weglassen</translation>
    </message>
    <message>
        <source>What differs</source>
        <translation>Was sich unterscheidet</translation>
    </message>
    <message>
        <source>Still missing: {runs}.</source>
        <translation>Es fehlen noch: {runs}.</translation>
    </message>
    <message>
        <source>Horizontal axis</source>
        <translation>Waagrechte Achse</translation>
    </message>
    <message>
        <source>Smoothing of the loss</source>
        <translation>Glättung des Verlusts</translation>
    </message>
    <message>
        <source>Show raw loss</source>
        <translation>Rohen Verlust zeigen</translation>
    </message>
    <message>
        <source>Logarithmic loss axis</source>
        <translation>Logarithmische Verlustachse</translation>
    </message>
    <message>
        <source>Capability shown</source>
        <translation>Gezeigte Fähigkeit</translation>
    </message>
    <message>
        <source>smooth</source>
        <translation>glätten</translation>
    </message>
    <message>
        <source>capability</source>
        <translation>Fähigkeit</translation>
    </message>
    <message>
        <source>Checkpoint at step {step}</source>
        <translation>Checkpoint bei Schritt {step}</translation>
    </message>
    <message>
        <source>Select a step to restore or compare its checkpoint.</source>
        <translation>Wählen Sie einen Schritt, um seinen Checkpoint wiederherzustellen oder zu vergleichen.</translation>
    </message>
    <message>
        <source>best inside your limits</source>
        <translation>bester in Ihren Limits</translation>
    </message>
    <message>
        <source>stopped by you</source>
        <translation>von Ihnen angehalten</translation>
    </message>
    <message>
        <source>No step was trained.</source>
        <translation>Es wurde kein Schritt trainiert.</translation>
    </message>
    <message>
        <source>Waiting for its turn.</source>
        <translation>Wartet, bis er an der Reihe ist.</translation>
    </message>
    <message>
        <source>Measuring before: {done} of {total}</source>
        <translation>Misst vorher: {done} von {total}</translation>
    </message>
    <message>
        <source>Preparing: {phase}</source>
        <translation>Bereitet vor: {phase}</translation>
    </message>
    <message>
        <source>Started from</source>
        <translation>Begonnen von</translation>
    </message>
    <message>
        <source>complete</source>
        <translation>vollständig</translation>
    </message>
    <message>
        <source>weights removed, scores kept</source>
        <translation>Gewichte entfernt, Werte behalten</translation>
    </message>
    <message>
        <source>damaged, set aside</source>
        <translation>beschädigt, beiseitegelegt</translation>
    </message>
    <message>
        <source>Resumable</source>
        <translation>Fortsetzbar</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>no: the optimiser&apos;s state was removed</source>
        <translation>nein: der Zustand des Optimierers wurde entfernt</translation>
    </message>
    <message>
        <source>Manifest</source>
        <translation>Manifest</translation>
    </message>
    <message>
        <source>⚠ no longer at its place</source>
        <translation>⚠ nicht mehr an seinem Ort</translation>
    </message>
    <message>
        <source>not verified yet</source>
        <translation>noch nicht geprüft</translation>
    </message>
    <message>
        <source>✓ as recorded on {day}</source>
        <translation>✓ wie verzeichnet am {day}</translation>
    </message>
    <message>
        <source>its own</source>
        <translation>seine eigene</translation>
    </message>
    <message>
        <source>none; a plain one with headings is used</source>
        <translation>keine; eine einfache mit Überschriften wird benutzt</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>Architektur</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>{n} million</source>
        <translation>{n} Millionen</translation>
    </message>
    <message>
        <source>Fingerprint</source>
        <translation>Fingerabdruck</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>Chatvorlage</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Importing</source>
        <translation>Importiert</translation>
    </message>
    <message>
        <source>Verifying</source>
        <translation>Prüft</translation>
    </message>
    <message>
        <source>Move the run to Trash</source>
        <translation>Lauf in den Papierkorb legen</translation>
    </message>
    <message>
        <source>Verify now</source>
        <translation>Jetzt prüfen</translation>
    </message>
    <message>
        <source>New run from it</source>
        <translation>Neuer Lauf davon</translation>
    </message>
    <message>
        <source>Train on top of it…</source>
        <translation>Darauf aufbauen …</translation>
    </message>
    <message>
        <source>Show the run</source>
        <translation>Lauf zeigen</translation>
    </message>
    <message>
        <source>Measure now</source>
        <translation>Jetzt messen</translation>
    </message>
    <message>
        <source>◆ What cannot be told yet</source>
        <translation>◆ Was sich noch nicht sagen lässt</translation>
    </message>
    <message>
        <source>Beside the verdict</source>
        <translation>Neben dem Urteil</translation>
    </message>
    <message>
        <source>What to do next</source>
        <translation>Was nun zu tun ist</translation>
    </message>
    <message>
        <source>How this was decided</source>
        <translation>Wie das entschieden wurde</translation>
    </message>
    <message>
        <source>Worst answers</source>
        <translation>Schlechteste Antworten</translation>
    </message>
    <message>
        <source>See all answers</source>
        <translation>Alle Antworten ansehen</translation>
    </message>
    <message>
        <source>⚑ This is the project&apos;s current model.</source>
        <translation>⚑ Das ist das aktuelle Modell des Projekts.</translation>
    </message>
    <message>
        <source>Add ~{count} canaries…</source>
        <translation>Etwa {count} Kanarien hinzufügen…</translation>
    </message>
    <message>
        <source>Add about {count} canaries to {name}</source>
        <translation>Etwa {count} Kanarien zu {name} hinzufügen</translation>
    </message>
    <message numerus="yes">
        <source>See all %n answer(s)</source>
        <translation>
            <numerusform>%n Antwort ansehen</numerusform>
            <numerusform>Alle %n Antworten ansehen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n capability(ies), all inside their limits</source>
        <extracomment>Nobody writes more canaries than this because a verdict asks for them; then how many it would take is said, not offered.</extracomment>
        <translation>
            <numerusform>%n Fähigkeit, innerhalb ihres Limits</numerusform>
            <numerusform>%n Fähigkeiten, alle innerhalb ihrer Limits</numerusform>
        </translation>
    </message>
    <message>
        <source>{glyph} {word} {name}: {change}</source>
        <translation>{glyph} {word}: {name} {change}</translation>
    </message>
    <message>
        <source>{change} (no bound from so few items, limit {limit})</source>
        <translation>{change} (keine Grenze aus so wenigen Aufgaben, Limit {limit})</translation>
    </message>
    <message>
        <source>{change} (at least {bound}, limit {limit})</source>
        <translation>{change} (mindestens {bound}, Limit {limit})</translation>
    </message>
    <message>
        <source>{change} (at most {bound}, limit {limit})</source>
        <translation>{change} (höchstens {bound}, Limit {limit})</translation>
    </message>
    <message>
        <source>{change} (between {low} and {high}, limit {limit})</source>
        <translation>{change} (zwischen {low} und {high}, Limit {limit})</translation>
    </message>
    <message>
        <source>Nothing was protected, so nothing was judged.</source>
        <translation>Nichts war geschützt, also wurde nichts beurteilt.</translation>
    </message>
    <message>
        <source>{name}: {change}. Add canaries from other templates or passages.</source>
        <translation>{name}: {change}. Fügen Sie Kanarien aus anderen Vorlagen oder Textstellen hinzu.</translation>
    </message>
    <message>
        <source>{name}: {change}. The change is too close to the limit for any reasonable number of canaries.</source>
        <translation>{name}: {change}. Die Änderung liegt zu nah am Limit für jede vernünftige Zahl von Kanarien.</translation>
    </message>
    <message>
        <source>{name}: {change}. About {add} more canaries would settle it ({needed} in all; it has {n}).</source>
        <translation>{name}: {change}. Etwa {add} weitere Kanarien würden es klären ({needed} insgesamt; jetzt {n}).</translation>
    </message>
    <message>
        <source>No verdict yet: it comes when the canaries have been measured after training.</source>
        <translation>Noch kein Urteil: es kommt, wenn die Kanarien nach dem Training gemessen sind.</translation>
    </message>
    <message>
        <source>No verdict: nothing was trained.</source>
        <translation>Kein Urteil: es wurde nichts trainiert.</translation>
    </message>
    <message>
        <source>No verdict: the canaries were not measured after training.</source>
        <translation>Kein Urteil: die Kanarien wurden nach dem Training nicht gemessen.</translation>
    </message>
    <message>
        <source>Learned the task: right answers {before} → {after} on {n} held-out rows.</source>
        <translation>Aufgabe gelernt: richtige Antworten {before} → {after} auf {n} zurückgehaltenen Zeilen.</translation>
    </message>
    <message>
        <source>Learned the task: right fields {before} → {after} on {n} held-out rows.</source>
        <translation>Aufgabe gelernt: richtige Felder {before} → {after} auf {n} zurückgehaltenen Zeilen.</translation>
    </message>
    <message>
        <source>Held-out loss {before} → {after} nats/token on {n} rows.</source>
        <translation>Verlust {before} → {after} nats/Token auf {n} zurückgehaltenen Zeilen.</translation>
    </message>
    <message>
        <source>right answers</source>
        <translation>richtige Antworten</translation>
    </message>
    <message>
        <source>Sequence of runs</source>
        <translation>Folge von Läufen</translation>
    </message>
    <message>
        <source>Tasks are told by</source>
        <translation>Aufgaben gemessen an</translation>
    </message>
    <message>
        <source>right fields</source>
        <translation>richtige Felder</translation>
    </message>
    <message>
        <source>exact answers</source>
        <translation>genaue Antworten</translation>
    </message>
    <message>
        <source>Did later training break what came before?</source>
        <translation>Hat späteres Training beschädigt, was vorher da war?</translation>
    </message>
    <message>
        <source>In figures</source>
        <translation>In Zahlen</translation>
    </message>
    <message>
        <source>Sequence</source>
        <translation>Folge</translation>
    </message>
    <message>
        <source>tasks by</source>
        <translation>Aufgaben nach</translation>
    </message>
    <message>
        <source>Time runs down. ref: the score a change is counted from, of a task when it was learned, of a capability the base&apos;s; · not measured; ?: the interval holds the limit. Enter on a cell compares the answers.</source>
        <translation>Die Zeit läuft nach unten. ref: der Wert, von dem aus gezählt wird, bei einer Aufgabe der, als sie gelernt wurde, bei einer Fähigkeit der der Basis; · nicht gemessen; ?: Die Grenze liegt im Intervall. Eingabe auf einer Zelle vergleicht die Antworten.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Needs a run trained on top of another: then this shows what the later training did to the earlier task, and to the base&apos;s abilities.</source>
        <translation>Dazu muss ein Lauf auf einem anderen aufbauen: Dann zeigt sich hier, was das spätere Training mit der früheren Aufgabe und dem Können der Basis gemacht hat.</translation>
    </message>
    <message>
        <source>No sequence of runs yet</source>
        <translation>Noch keine Folge von Läufen</translation>
    </message>
    <message>
        <source>Train on top of {run}…</source>
        <translation>Auf {run} aufbauen …</translation>
    </message>
    <message>
        <source>▲ Learned</source>
        <translation>▲ Gelernt</translation>
    </message>
    <message>
        <source>loss on training rows {train}, on held-out rows {heldout}; right on {n} reworded rows: {share}</source>
        <translation>Verlust auf Trainingszeilen {train}, auf zurückgehaltenen {heldout}; richtig auf {n} umformulierten Zeilen: {share}</translation>
    </message>
    <message>
        <source>Memorised</source>
        <translation>Auswendig gelernt</translation>
    </message>
    <message>
        <source>{lost} right → wrong, {gained} wrong → right of {n} checked answers</source>
        <translation>{lost} richtig → falsch, {gained} falsch → richtig von {n} geprüften Antworten</translation>
    </message>
    <message>
        <source>Flips</source>
        <translation>Umschläge</translation>
    </message>
    <message>
        <source>unchanged, {files} files, {size}, verified byte for byte</source>
        <translation>unverändert, {files} Dateien, {size}, Byte für Byte geprüft</translation>
    </message>
    <message>
        <source> (predicted {size})</source>
        <translation> (vorhergesagt {size})</translation>
    </message>
    <message>
        <source>{before} → {after} of the canary answers open like the training rows</source>
        <translation>{before} → {after} der Kanarienantworten beginnen wie die Trainingszeilen</translation>
    </message>
    <message>
        <source>Style</source>
        <translation>Stil</translation>
    </message>
    <message>
        <source>{before} → {after} of {n} answers show signs of damage (loops, empty, cut)</source>
        <translation>{before} → {after} von {n} Antworten zeigen Schäden (Schleifen, leer, abgeschnitten)</translation>
    </message>
    <message>
        <source>Damage</source>
        <translation>Schäden</translation>
    </message>
    <message>
        <source>Each capability is judged by its paired differences, item by item; down is worse.</source>
        <translation>Jede Fähigkeit wird nach ihren paarweisen Unterschieden beurteilt, Aufgabe für Aufgabe; nach unten ist schlechter.</translation>
    </message>
    <message>
        <source>Level {alpha} over {judged} judged capabilities: the better bound is Bonferroni&apos;s, the worse one-sided 95 %.</source>
        <translation>Niveau {alpha} über {judged} beurteilte Fähigkeiten: die bessere Grenze ist die von Bonferroni, die schlechtere einseitig 95 %.</translation>
    </message>
    <message>
        <source>{name}: {n} items from {clusters} sources, {method}, limit {limit} ({role}).</source>
        <translation>{name}: {n} Aufgaben aus {clusters} Quellen, {method}, Limit {limit} ({role}).</translation>
    </message>
    <message>
        <source>Suite {suite}, version {version}; noise floor {noise} nats/token.</source>
        <translation>Satz {suite}, Version {version}; Rauschgrenze {noise} nats/Token.</translation>
    </message>
    <message>
        <source>protect</source>
        <translation>schützen</translation>
    </message>
    <message>
        <source>tolerate</source>
        <translation>dulden</translation>
    </message>
    <message>
        <source>expendable</source>
        <translation>entbehrlich</translation>
    </message>
    <message>
        <source>Point the project at this run&apos;s model; nothing is deleted, and Undo points back</source>
        <translation>Das Projekt auf das Modell dieses Laufs zeigen lassen; gelöscht wird nichts, und Rückgängig führt zurück</translation>
    </message>
    <message>
        <source>Make current</source>
        <translation>Zum aktuellen machen</translation>
    </message>
    <message>
        <source>Mix base and tuned weights: turn down what was learned until what was forgotten is back</source>
        <translation>Basis- und feinabgestimmte Gewichte mischen: Gelerntes zurücknehmen, bis Vergessenes wieder da ist</translation>
    </message>
    <message>
        <source>Open strength slider</source>
        <translation>Stärkeregler öffnen</translation>
    </message>
    <message>
        <source>Make it current in spite of the verdict; a reason is kept in the history</source>
        <translation>Trotz des Urteils zum aktuellen machen; der Grund steht im Verlauf</translation>
    </message>
    <message>
        <source>Keep anyway…</source>
        <translation>Trotzdem behalten…</translation>
    </message>
    <message>
        <source>Point the project at an earlier model; nothing is deleted, and Undo points back</source>
        <translation>Das Projekt auf ein früheres Modell zeigen lassen; gelöscht wird nichts, und Rückgängig führt zurück</translation>
    </message>
    <message>
        <source>Roll back to step {step}</source>
        <translation>Zurück zu Schritt {step}</translation>
    </message>
    <message>
        <source>Roll back to the base</source>
        <translation>Zurück zur Basis</translation>
    </message>
    <message>
        <source>Try again with protection ({preset})</source>
        <translation>Noch einmal mit Schutz ({preset})</translation>
    </message>
    <message>
        <source>Try again with LoRA</source>
        <translation>Noch einmal mit LoRA</translation>
    </message>
    <message>
        <source>Try again at a third of the learning rate</source>
        <translation>Noch einmal mit einem Drittel der Lernrate</translation>
    </message>
    <message>
        <source>Try again with more steps</source>
        <translation>Noch einmal mit mehr Schritten</translation>
    </message>
    <message>
        <source>Try again with all canaries</source>
        <translation>Noch einmal mit allen Kanarien</translation>
    </message>
    <message>
        <source>Try again as advised</source>
        <translation>Noch einmal wie geraten</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Changes apply at once.</source>
        <translation>Änderungen gelten sofort.</translation>
    </message>
    <message>
        <source>{free} free</source>
        <translation>{free} frei</translation>
    </message>
    <message numerus="yes">
        <source>%n run(s)</source>
        <translation>
            <numerusform>%n Lauf</numerusform>
            <numerusform>%n Läufe</numerusform>
        </translation>
    </message>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Farbschema</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Schriftgröße</translation>
    </message>
    <message>
        <source>Reduce motion</source>
        <translation>Weniger Bewegung</translation>
    </message>
    <message>
        <source>Ask each time</source>
        <translation>Jedes Mal fragen</translation>
    </message>
    <message>
        <source>Keep training in background</source>
        <translation>Im Hintergrund weitertrainieren</translation>
    </message>
    <message>
        <source>Stop and keep a checkpoint</source>
        <translation>Anhalten und Checkpoint behalten</translation>
    </message>
    <message>
        <source>Closing the window while training</source>
        <translation>Fenster schließen während des Trainings</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nie</translation>
    </message>
    <message>
        <source>Pause when the GPU reaches</source>
        <translation>Pausieren, wenn die GPU erreicht</translation>
    </message>
    <message>
        <source>Watched while this window is open; the GPU guards itself at its own limit.</source>
        <translation>Beobachtet, solange dieses Fenster offen ist; die GPU schützt sich an ihrer eigenen Grenze selbst.</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>Benachrichtigungen</translation>
    </message>
    <message>
        <source>When a run ends and the window is not in front</source>
        <translation>Wenn ein Lauf im Hintergrund endet</translation>
    </message>
    <message>
        <source>Storage</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Data folder</source>
        <translation>Datenordner</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>Papierkorb</translation>
    </message>
    <message>
        <source>About</source>
        <translation>Über</translation>
    </message>
    <message>
        <source>Nothing leaves this machine: no telemetry, no update check, no network access.</source>
        <translation>Nichts verlässt diesen Rechner: keine Telemetrie, keine Suche nach Updates, kein Netzzugriff.</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Diagnose kopieren</translation>
    </message>
    <message>
        <source>About Palimpsest</source>
        <translation>Über Palimpsest</translation>
    </message>
    <message>
        <source>Diagnostics copied. The home folder&apos;s name and tokens are left out.</source>
        <translation>Diagnose kopiert. Der Name des Benutzerordners und Zugangsschlüssel fehlen darin.</translation>
    </message>
    <message>
        <source>Fine-tune language models on your own GPU and see, measured, what they forgot.</source>
        <translation>Sprachmodelle auf der eigenen GPU feinabstimmen und gemessen sehen, was sie vergessen haben.</translation>
    </message>
    <message>
        <source>Version {version}, Apache License 2.0</source>
        <translation>Version {version}, Apache License 2.0</translation>
    </message>
    <message>
        <source>Nothing leaves this machine; there is no telemetry and no update check.</source>
        <translation>Nichts verlässt diesen Rechner; es gibt keine Telemetrie und keine Suche nach Updates.</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>{run} is at work.</source>
        <translation>{run} ist an der Arbeit.</translation>
    </message>
    <message>
        <source>It can go on without this window; opening it again shows it with no gap.</source>
        <translation>Er kann ohne dieses Fenster weitergehen; beim nächsten Öffnen fehlt nichts.</translation>
    </message>
    <message>
        <source>Remember my choice</source>
        <translation>Meine Wahl merken</translation>
    </message>
    <message>
        <source>Command palette</source>
        <extracomment>The role of a line&apos;s key or kind.</extracomment>
        <translation>Befehlspalette</translation>
    </message>
    <message>
        <source>Find in this view</source>
        <translation>In dieser Ansicht suchen</translation>
    </message>
    <message>
        <source>Find next</source>
        <translation>Weitersuchen</translation>
    </message>
    <message>
        <source>Paste a file or folder</source>
        <translation>Datei oder Ordner einfügen</translation>
    </message>
    <message>
        <source>Pause or resume the live run</source>
        <translation>Laufenden Lauf pausieren oder fortsetzen</translation>
    </message>
    <message>
        <source>Show or hide the log</source>
        <translation>Protokoll zeigen oder verbergen</translation>
    </message>
    <message>
        <source>Export the focused chart or table</source>
        <translation>Gewähltes Diagramm oder Tabelle exportieren</translation>
    </message>
    <message>
        <source>Next pane</source>
        <translation>Nächster Bereich</translation>
    </message>
    <message>
        <source>Previous pane</source>
        <translation>Voriger Bereich</translation>
    </message>
    <message>
        <source>Import a base model …</source>
        <translation>Basismodell importieren …</translation>
    </message>
    <message>
        <source>Import the starter model</source>
        <translation>Startmodell importieren</translation>
    </message>
    <message>
        <source>Open the data folder</source>
        <translation>Datenordner öffnen</translation>
    </message>
    <message>
        <source>Roll back to the base model</source>
        <translation>Zum Basismodell zurückkehren</translation>
    </message>
    <message>
        <source>Switch between light and dark</source>
        <translation>Zwischen hell und dunkel wechseln</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Drop one file or folder at a time.</source>
        <extracomment>A pasted text longer than this is no path.</extracomment>
        <translation>Bitte nur eine Datei oder einen Ordner auf einmal ablegen.</translation>
    </message>
    <message>
        <source>Import as a base model</source>
        <translation>Als Basismodell importieren</translation>
    </message>
    <message>
        <source>Open as a recipe</source>
        <translation>Als Rezept öffnen</translation>
    </message>
    <message>
        <source>Use as training data</source>
        <translation>Als Trainingsdaten verwenden</translation>
    </message>
    <message>
        <source>Drop the folder with config.json and the tokenizer, not the weights file alone.</source>
        <translation>Bitte den Ordner mit config.json und Tokenizer ablegen, nicht die Gewichte allein.</translation>
    </message>
    <message>
        <source>Only {suffixes}, model folders, canary suites and recipes can be used.</source>
        <translation>Verwendbar sind nur {suffixes}, Modellordner, Kanariensätze und Rezepte.</translation>
    </message>
    <message>
        <source>Import as a canary suite</source>
        <translation>Als Kanariensatz importieren</translation>
    </message>
    <message>
        <source>New run with this run&apos;s recipe</source>
        <translation>Neuer Lauf mit dem Rezept dieses Laufs</translation>
    </message>
    <message>
        <source>This folder has no config.json, suite.toml or recipe.toml: there is nothing to use in it.</source>
        <translation>In diesem Ordner ist keine config.json, suite.toml oder recipe.toml: darin ist nichts Verwendbares.</translation>
    </message>
    <message>
        <source>GPU</source>
        <translation>GPU</translation>
    </message>
    <message>
        <source>Reading GPU …</source>
        <translation>GPU wird gelesen …</translation>
    </message>
    <message>
        <source>Memory, last 10 minutes</source>
        <translation>Speicher, letzte 10 Minuten</translation>
    </message>
    <message>
        <source>Utilisation, last 10 minutes</source>
        <translation>Auslastung, letzte 10 Minuten</translation>
    </message>
    <message>
        <source>Memory used</source>
        <translation>Belegter Speicher</translation>
    </message>
    <message>
        <source>of it by Palimpsest</source>
        <translation>davon durch Palimpsest</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>Utilisation</source>
        <translation>Auslastung</translation>
    </message>
    <message>
        <source>The GPU reached {degrees} °C: {run} pauses. Resume it when the GPU has cooled.</source>
        <translation>Die GPU hat {degrees} °C erreicht: {run} pausiert. Bitte fortsetzen, wenn sie abgekühlt ist.</translation>
    </message>
    <message>
        <source>base {name}</source>
        <extracomment>So many checkpoints are offered, newest runs first; any other can still be named by whoever leads here.</extracomment>
        <translation>Basis {name}</translation>
    </message>
    <message>
        <source>no longer at its place</source>
        <translation>nicht mehr an seinem Ort</translation>
    </message>
    <message>
        <source>its weights are gone</source>
        <translation>seine Gewichte sind weg</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>nicht gefunden</translation>
    </message>
    <message>
        <source>Queued</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>Bereitet vor</translation>
    </message>
    <message>
        <source>Measuring before</source>
        <translation>Misst vorher</translation>
    </message>
    <message>
        <source>Pausing after this step</source>
        <translation>Pausiert nach diesem Schritt</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>Saving checkpoint</source>
        <translation>Sichert Checkpoint</translation>
    </message>
    <message>
        <source>Measuring after</source>
        <translation>Misst nachher</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Auto-stopped</source>
        <translation>Vom Wächter angehalten</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Gescheitert</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>Unterbrochen</translation>
    </message>
    <message>
        <source>Parts of the run</source>
        <extracomment>Changes of these tables make the page read everything but steps anew, off the GUI thread.</extracomment>
        <translation>Teile des Laufs</translation>
    </message>
    <message>
        <source>Rename run</source>
        <translation>Lauf umbenennen</translation>
    </message>
    <message>
        <source>Log</source>
        <extracomment>Lines kept and shown.</extracomment>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Drift</source>
        <translation>Drift</translation>
    </message>
    <message>
        <source>Setup</source>
        <translation>Aufbau</translation>
    </message>
    <message>
        <source>This run&apos;s answers were not written out before and after training.</source>
        <translation>Die Antworten dieses Laufs wurden vor und nach dem Training nicht ausgeschrieben.</translation>
    </message>
    <message>
        <source>Answers written before are compared with those after training, once both are there.</source>
        <translation>Antworten von vorher werden mit denen nach dem Training verglichen, sobald beide da sind.</translation>
    </message>
    <message>
        <source>No run chosen</source>
        <translation>Kein Lauf gewählt</translation>
    </message>
    <message>
        <source>Choose one in the list of runs.</source>
        <translation>Wählen Sie einen in der Liste der Läufe.</translation>
    </message>
    <message>
        <source>Show all runs</source>
        <translation>Alle Läufe zeigen</translation>
    </message>
    <message>
        <source>Lines to show</source>
        <translation>Gezeigte Zeilen</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation>Warnungen und Fehler</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Find in the log</source>
        <translation>Im Protokoll suchen</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>Alles kopieren</translation>
    </message>
    <message numerus="yes">
        <source>↓ %n new</source>
        <translation>
            <numerusform>↓ %n neue</numerusform>
            <numerusform>↓ %n neue</numerusform>
        </translation>
    </message>
    <message>
        <source>Palimpsest</source>
        <translation>Palimpsest</translation>
    </message>
    <message>
        <source>run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>comparison of methods</source>
        <translation>Methodenvergleich</translation>
    </message>
    <message>
        <source>There is no file or folder to paste.</source>
        <translation>Es gibt keine Datei und keinen Ordner zum Einfügen.</translation>
    </message>
    <message>
        <source>No run is at work.</source>
        <translation>Kein Lauf ist an der Arbeit.</translation>
    </message>
    <message>
        <source>Everywhere</source>
        <translation>Überall</translation>
    </message>
    <message>
        <source>{run} has finished: its verdict is ready.</source>
        <translation>{run} ist fertig: das Urteil liegt vor.</translation>
    </message>
    <message>
        <source>{run} was stopped by its guard: a capability left its budget.</source>
        <translation>{run} wurde vom Wächter angehalten: eine Fähigkeit hat ihr Budget verlassen.</translation>
    </message>
    <message>
        <source>{run} has stopped and kept a checkpoint.</source>
        <translation>{run} ist angehalten und hat einen Checkpoint behalten.</translation>
    </message>
    <message>
        <source>{run} failed. Its page says why.</source>
        <translation>{run} ist gescheitert. Seine Seite sagt, warum.</translation>
    </message>
    <message>
        <source>{run} was interrupted. Its page says why.</source>
        <translation>{run} wurde unterbrochen. Seine Seite sagt, warum.</translation>
    </message>
    <message>
        <source>Home</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Type an action, a screen or a run</source>
        <translation>Aktion, Ansicht oder Lauf eingeben</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>Nothing here is called that.</source>
        <translation>Nichts hier heißt so.</translation>
    </message>
    <message>
        <source>Screens</source>
        <extracomment>Below this width of the window the words go. Screens below the rule, at the foot.</extracomment>
        <translation>Ansichten</translation>
    </message>
    <message>
        <source>Status</source>
        <extracomment>Say that the disk is short below this. Room for the live run&apos;s name and share, in average letters; longer ones are shortened in the middle.</extracomment>
        <translation>Status</translation>
    </message>
    <message>
        <source>No current model</source>
        <translation>Kein aktuelles Modell</translation>
    </message>
    <message>
        <source>Current model: {model}</source>
        <translation>Aktuelles Modell: {model}</translation>
    </message>
    <message>
        <source>Disk {free} free</source>
        <translation>{free} frei</translation>
    </message>
    <message>
        <source>The disk is nearly full: checkpoints may not fit.</source>
        <translation>Die Platte ist fast voll: Checkpoints passen vielleicht nicht.</translation>
    </message>
    <message numerus="yes">
        <source>%n notification(s)</source>
        <translation>
            <numerusform>%n Benachrichtigung</numerusform>
            <numerusform>%n Benachrichtigungen</numerusform>
        </translation>
    </message>
    <message>
        <source>CPU mode</source>
        <translation>CPU-Betrieb</translation>
    </message>
    <message>
        <source>No NVIDIA GPU was found; runs use the processor.</source>
        <translation>Keine NVIDIA-GPU gefunden; Läufe nutzen den Prozessor.</translation>
    </message>
    <message>
        <source>⚠ GPU not readable</source>
        <translation>⚠ GPU nicht lesbar</translation>
    </message>
    <message>
        <source>({seconds} s ago)</source>
        <translation>(vor {seconds} s)</translation>
    </message>
    <message>
        <source>GPU memory is nearly full.</source>
        <translation>Der GPU-Speicher ist fast voll.</translation>
    </message>
    <message>
        <source>The GPU is hot.</source>
        <translation>Die GPU ist heiß.</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <extracomment>Toasts look for another place so often while a page shows other controls. What one presses, turns or types into: no toast lies over it.</extracomment>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Nothing yet. Verdicts, stops and failures are listed here.</source>
        <translation>Noch nichts. Hier stehen Urteile, Halte und Fehler.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation>Checkpoint</translation>
    </message>
    <message>
        <source>How far weights moved, not what was lost.</source>
        <translation>Wie weit sich Gewichte bewegt haben, nicht was verloren ging.</translation>
    </message>
    <message>
        <source>outside</source>
        <translation>außerhalb</translation>
    </message>
    <message>
        <source>checkpoint {step}</source>
        <translation>Checkpoint {step}</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Module</source>
        <translation>Modul</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>log10 of ‖ΔW‖/‖W‖</source>
        <translation>log10 von ‖ΔW‖/‖W‖</translation>
    </message>
    <message>
        <source>How far weights moved</source>
        <translation>Wie weit sich Gewichte bewegt haben</translation>
    </message>
    <message>
        <source>{where} moved most: {value} of its size</source>
        <translation>{where} hat sich am meisten bewegt: {value} seiner Größe</translation>
    </message>
    <message>
        <source>{moved} weights moved, {frozen} frozen</source>
        <translation>{moved} Gewichte bewegt, {frozen} eingefroren</translation>
    </message>
    <message>
        <source>Needs two checkpoints: the base and one of the run.</source>
        <translation>Braucht zwei Checkpoints: die Basis und einen des Laufs.</translation>
    </message>
    <message>
        <source>checkpoint {step}; colours from {low} to {high} (log10 of ‖ΔW‖/‖W‖); how far weights moved, not what was lost</source>
        <translation>Checkpoint {step}; Farben von {low} bis {high} (log10 von ‖ΔW‖/‖W‖); wie weit sich Gewichte bewegt haben, nicht was verloren ging</translation>
    </message>
    <message>
        <source>rank {rank} of {all}</source>
        <translation>Rang {rank} von {all}</translation>
    </message>
    <message>
        <source>Layer {layer} {module}</source>
        <translation>Schicht {layer} {module}</translation>
    </message>
    <message>
        <source>ref</source>
        <translation>Bezug</translation>
    </message>
    <message>
        <source>Stage</source>
        <translation>Stufe</translation>
    </message>
    <message>
        <source>Cell</source>
        <translation>Zelle</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>Bezugswert</translation>
    </message>
    <message>
        <source>Change the mapping</source>
        <extracomment>Rows shown before the model&apos;s own view is there.</extracomment>
        <translation>Zuordnung ändern</translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation>Liest die Datei…</translation>
    </message>
    <message>
        <source>Import a base model to see the rows as it sees them.</source>
        <translation>Importieren Sie ein Basismodell, um die Zeilen so zu sehen wie es.</translation>
    </message>
    <message>
        <source>The rows as read. How {model} sees them follows…</source>
        <translation>Die Zeilen wie gelesen. Wie {model} sie sieht, folgt…</translation>
    </message>
    <message>
        <source>{rows} · {tokens} tokens, {learned} of them learned</source>
        <translation>{rows} · {tokens} Token, {learned} davon gelernt</translation>
    </message>
    <message>
        <source>Half of the rows have up to {p50} tokens, 95 % up to {p95}; the longest has {most}.</source>
        <translation>Die Hälfte der Zeilen hat bis zu {p50} Token, 95 % bis zu {p95}; die längste hat {most}.</translation>
    </message>
    <message>
        <source>{tokens} tokens, {learned} learned</source>
        <translation>{tokens} Token, {learned} gelernt</translation>
    </message>
    <message>
        <source>cut: {full} tokens long</source>
        <translation>gekürzt: {full} Token lang</translation>
    </message>
    <message>
        <source>Row as the model sees it</source>
        <translation>Zeile, wie das Modell sie sieht</translation>
    </message>
    <message>
        <source>Previous row (K)</source>
        <translation>Vorige Zeile (K)</translation>
    </message>
    <message>
        <source>Next row (J)</source>
        <translation>Nächste Zeile (J)</translation>
    </message>
    <message>
        <source>Shaded and underlined: what the model learns to write. The rest is given to it.</source>
        <translation>Schattiert und unterstrichen: was das Modell zu schreiben lernt. Der Rest wird ihm gegeben.</translation>
    </message>
    <message>
        <source>Line {line} · row {at} of the first {n}</source>
        <translation>Zeile {line} · Zeile {at} der ersten {n}</translation>
    </message>
    <message>
        <source>forgot from</source>
        <translation>vergessen ab</translation>
    </message>
    <message>
        <source>kept from</source>
        <translation>behalten ab</translation>
    </message>
    <message>
        <source>Expendable: measured, never judged.</source>
        <translation>Entbehrlich: gemessen, nicht beurteilt.</translation>
    </message>
    <message>
        <source>Budget {budget:.2f} {unit}.</source>
        <translation>Budget {budget:.2f} {unit}.</translation>
    </message>
    <message>
        <source>Needs {n} items to be called kept.</source>
        <translation>Braucht {n} Aufgaben, um behalten zu heißen.</translation>
    </message>
    <message>
        <source>What to show</source>
        <extracomment>A prompt is shown in so many lines at most; a longer one scrolls.</extracomment>
        <translation>Was gezeigt wird</translation>
    </message>
    <message>
        <source>Asked prompts</source>
        <translation>Gestellte Prompts</translation>
    </message>
    <message>
        <source>Got worse</source>
        <translation>Schlechter geworden</translation>
    </message>
    <message>
        <source>Different</source>
        <translation>Verschieden</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Answers to show</source>
        <translation>Zu zeigende Antworten</translation>
    </message>
    <message>
        <source>All capabilities</source>
        <translation>Alle Fähigkeiten</translation>
    </message>
    <message>
        <source>Find in prompts and answers</source>
        <translation>In Prompts und Antworten suchen</translation>
    </message>
    <message>
        <source>Blind (B)</source>
        <translation>Blind (B)</translation>
    </message>
    <message>
        <source>Token shading</source>
        <translation>Token-Tönung</translation>
    </message>
    <message>
        <source>No shading</source>
        <translation>Keine Tönung</translation>
    </message>
    <message>
        <source>Shade: surprise</source>
        <translation>Tönung: Überraschung</translation>
    </message>
    <message>
        <source>Shade: what changed</source>
        <translation>Tönung: was sich änderte</translation>
    </message>
    <message>
        <source>Third model</source>
        <translation>Drittes Modell</translation>
    </message>
    <message>
        <source>Flip (\)</source>
        <translation>Tauschen (\)</translation>
    </message>
    <message>
        <source>Next difference (N)</source>
        <translation>Nächster Unterschied (N)</translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>Noch kein Modell</translation>
    </message>
    <message>
        <source>Import a base model to ask it.</source>
        <translation>Importieren Sie ein Basismodell, um es zu fragen.</translation>
    </message>
    <message>
        <source>Nothing asked yet</source>
        <translation>Noch nichts gefragt</translation>
    </message>
    <message>
        <source>Write a prompt below: every model above answers it with the same seed and sampling.</source>
        <translation>Schreiben Sie unten einen Prompt: Jedes Modell oben beantwortet ihn mit demselben Startwert und derselben Ziehung.</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Alle zeigen</translation>
    </message>
    <message>
        <source>Nothing here</source>
        <translation>Hier ist nichts</translation>
    </message>
    <message>
        <source>The canaries are being answered</source>
        <translation>Die Kanarien werden beantwortet</translation>
    </message>
    <message>
        <source>Waits for its turn</source>
        <translation>Wartet, bis es an der Reihe ist</translation>
    </message>
    <message>
        <source>These two models have not written out their answers to the same canaries.</source>
        <translation>Diese beiden Modelle haben ihre Antworten auf dieselben Kanarien nicht ausgeschrieben.</translation>
    </message>
    <message>
        <source>Choose two different models above.</source>
        <translation>Wählen Sie oben zwei verschiedene Modelle.</translation>
    </message>
    <message>
        <source>Generate for both</source>
        <translation>Für beide erzeugen</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>Noch einmal fragen</translation>
    </message>
    <message>
        <source>{model} could not answer: {reason}</source>
        <translation>{model} konnte nicht antworten: {reason}</translation>
    </message>
    <message>
        <source>Working out how sure each model was of every token…</source>
        <translation>Es wird ermittelt, wie sicher jedes Modell bei jedem Token war…</translation>
    </message>
    <message>
        <source>No token probabilities are stored for these answers; ask again to get them.</source>
        <translation>Für diese Antworten sind keine Token-Wahrscheinlichkeiten gespeichert; frage noch einmal, um sie zu bekommen.</translation>
    </message>
    <message>
        <source>Loading a model…</source>
        <translation>Ein Modell wird geladen…</translation>
    </message>
    <message>
        <source>The models are writing…</source>
        <translation>Die Modelle schreiben…</translation>
    </message>
    <message>
        <source>{letter} is writing…</source>
        <translation>{letter} schreibt…</translation>
    </message>
    <message>
        <source>Waiting…</source>
        <translation>Wartet…</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Compare by words</source>
        <translation>Nach Wörtern vergleichen</translation>
    </message>
    <message>
        <source>Compare by lines</source>
        <translation>Nach Zeilen vergleichen</translation>
    </message>
    <message>
        <source>Do not compare</source>
        <translation>Nicht vergleichen</translation>
    </message>
    <message>
        <source>Scroll together</source>
        <translation>Gemeinsam rollen</translation>
    </message>
    <message>
        <source>Model {letter}</source>
        <translation>Modell {letter}</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>kein Modell</translation>
    </message>
    <message>
        <source>fingerprint {whole}</source>
        <translation>Fingerabdruck {whole}</translation>
    </message>
    <message>
        <source>The prompt</source>
        <translation>Der Prompt</translation>
    </message>
    <message>
        <source>Ask both models…</source>
        <translation>Beide Modelle fragen…</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>Antworten</translation>
    </message>
    <message>
        <source>show</source>
        <translation>zeigen</translation>
    </message>
    <message>
        <source>J, K next, previous · N next difference</source>
        <translation>J, K nächste, vorige · N nächster Unterschied</translation>
    </message>
    <message>
        <source>Ask the models</source>
        <translation>Die Modelle fragen</translation>
    </message>
    <message>
        <source>Stop answering</source>
        <translation>Antworten anhalten</translation>
    </message>
    <message>
        <source>Next answer</source>
        <translation>Nächste Antwort</translation>
    </message>
    <message>
        <source>Previous answer</source>
        <translation>Vorige Antwort</translation>
    </message>
    <message>
        <source>Next difference</source>
        <translation>Nächster Unterschied</translation>
    </message>
    <message>
        <source>Flip A and B in place</source>
        <translation>A und B am Ort tauschen</translation>
    </message>
    <message>
        <source>Blind mode</source>
        <translation>Blindmodus</translation>
    </message>
    <message>
        <source>Vote: A is better</source>
        <translation>Stimme: A ist besser</translation>
    </message>
    <message>
        <source>Vote: B is better</source>
        <translation>Stimme: B ist besser</translation>
    </message>
    <message>
        <source>Vote: tie</source>
        <translation>Stimme: unentschieden</translation>
    </message>
    <message>
        <source>Vote: both bad</source>
        <translation>Stimme: beide schlecht</translation>
    </message>
    <message>
        <source>Ask about this prompt again</source>
        <translation>Diesen Prompt noch einmal stellen</translation>
    </message>
    <message>
        <source>Save the prompts as a set…</source>
        <translation>Die Prompts als Satz speichern…</translation>
    </message>
    <message>
        <source>Choose a model first.</source>
        <translation>Wählen Sie zuerst ein Modell.</translation>
    </message>
    <message>
        <source>{shown} of {all}</source>
        <translation>{shown} von {all}</translation>
    </message>
    <message>
        <source>No answer passes this filter.</source>
        <translation>Keine Antwort passt zu diesem Filter.</translation>
    </message>
    <message>
        <source>{place} of {count}</source>
        <extracomment>What begins the next prompt in the composer, alone on its line. What the keys 1, 2, 3 and 0 say.</extracomment>
        <translation>{place} von {count}</translation>
    </message>
    <message>
        <source>expected: {answer}</source>
        <translation>erwartet: {answer}</translation>
    </message>
    <message>
        <source>No votes between these two models yet.</source>
        <translation>Noch keine Stimmen zwischen diesen beiden Modellen.</translation>
    </message>
    <message numerus="yes">
        <source>%n vote(s)</source>
        <translation>
            <numerusform>%n Stimme</numerusform>
            <numerusform>%n Stimmen</numerusform>
        </translation>
    </message>
    <message>
        <source>{first} preferred {wins}, {second} preferred {losses}, ties {ties}, both bad {bad}</source>
        <translation>{first} bevorzugt {wins}, {second} bevorzugt {losses}, unentschieden {ties}, beide schlecht {bad}</translation>
    </message>
    <message>
        <source>The exact sign test needs at least {least} votes for one of the two; ties and both bad do not count.</source>
        <translation>Der exakte Vorzeichentest braucht mindestens {least} Stimmen für eines der beiden; Unentschieden und beide schlecht zählen nicht.</translation>
    </message>
    <message numerus="yes">
        <source>Exact sign test over %n decided vote(s), ties and both bad left out</source>
        <translation>
            <numerusform>Exakter Vorzeichentest über %n entschiedene Stimme, ohne Unentschieden und beide schlecht</numerusform>
            <numerusform>Exakter Vorzeichentest über %n entschiedene Stimmen, ohne Unentschieden und beide schlecht</numerusform>
        </translation>
    </message>
    <message>
        <source>{model} is preferred.</source>
        <translation>{model} wird bevorzugt.</translation>
    </message>
    <message>
        <source>The votes can&apos;t tell.</source>
        <translation>Die Stimmen lassen keinen Schluss zu.</translation>
    </message>
    <message>
        <source>A was {left}, B was {right}.</source>
        <translation>A war {left}, B war {right}.</translation>
    </message>
    <message>
        <source>No answers stored</source>
        <translation>Keine Antworten gespeichert</translation>
    </message>
    <message>
        <source>Where is {name} now?</source>
        <translation>Wo liegt {name} jetzt?</translation>
    </message>
    <message>
        <source>The worker was ended; the last checkpoint stays.</source>
        <translation>Der Arbeiter wurde beendet; der letzte Checkpoint bleibt.</translation>
    </message>
    <message>
        <source>The worker had gone already.</source>
        <translation>Der Arbeiter war schon fort.</translation>
    </message>
    <message>
        <source>The curve is worked out next.</source>
        <translation>Die Kurve wird als Nächstes berechnet.</translation>
    </message>
    <message>
        <source>Wrote {version}; the current model stays.</source>
        <translation>{version} geschrieben; das aktuelle Modell bleibt.</translation>
    </message>
    <message>
        <source>Strength {alpha} is written next.</source>
        <translation>Stärke {alpha} wird als Nächstes geschrieben.</translation>
    </message>
    <message>
        <source>{name} has no checkpoint on disk to measure.</source>
        <translation>Von {name} liegt kein Checkpoint auf der Platte, der gemessen werden könnte.</translation>
    </message>
    <message>
        <source>{name}: its canaries are measured next.</source>
        <translation>{name}: seine Kanarien werden als Nächstes gemessen.</translation>
    </message>
    <message>
        <source>Rename {name}</source>
        <translation>{name} umbenennen</translation>
    </message>
    <message>
        <source>Tried again after {name}.</source>
        <translation>Noch einmal nach {name}.</translation>
    </message>
    <message>
        <source>Started {name}.</source>
        <translation>{name} begonnen.</translation>
    </message>
    <message>
        <source>{name} was cancelled and moved to the Trash.</source>
        <translation>{name} wurde abgebrochen und in den Papierkorb gelegt.</translation>
    </message>
    <message>
        <source>Result page (*.html)</source>
        <translation>Ergebnisseite (*.html)</translation>
    </message>
    <message>
        <source>Export report</source>
        <translation>Bericht exportieren</translation>
    </message>
    <message>
        <source>The canaries are answered by both models next; a run that trains is let finish first.</source>
        <translation>Als Nächstes beantworten beide Modelle die Kanarien; ein laufendes Training wird vorher beendet.</translation>
    </message>
    <message>
        <source>Vote</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>Table (*.csv)</source>
        <translation>Tabelle (*.csv)</translation>
    </message>
    <message>
        <source>Export votes</source>
        <translation>Stimmen exportieren</translation>
    </message>
    <message>
        <source>Wrote {file}.</source>
        <translation>{file} geschrieben.</translation>
    </message>
    <message>
        <source>Save prompts</source>
        <translation>Prompts speichern</translation>
    </message>
    <message>
        <source>Saved {name}.</source>
        <translation>{name} gespeichert.</translation>
    </message>
    <message>
        <source>{name} has these prompts now.</source>
        <translation>{name} hat jetzt diese Prompts.</translation>
    </message>
    <message>
        <source>Delete {name}</source>
        <translation>{name} löschen</translation>
    </message>
    <message>
        <source>Deleted {name}.</source>
        <translation>{name} gelöscht.</translation>
    </message>
    <message>
        <source>No drift to show yet</source>
        <translation>Noch keine Drift zu zeigen</translation>
    </message>
    <message>
        <source>How far each layer&apos;s weights moved from the base: a diagnosis, not a verdict.</source>
        <translation>Wie weit sich die Gewichte jeder Schicht von der Basis bewegt haben: eine Diagnose, kein Urteil.</translation>
    </message>
    <message>
        <source>Work out the drift</source>
        <translation>Drift berechnen</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Progress of this phase</source>
        <translation>Fortschritt dieser Phase</translation>
    </message>
    <message>
        <source>State: {state}</source>
        <translation>Zustand: {state}</translation>
    </message>
    <message>
        <source>for example: this model is only used for tickets</source>
        <translation>zum Beispiel: dieses Modell ist nur für Tickets da</translation>
    </message>
    <message>
        <source>Why keep it?</source>
        <translation>Warum behalten?</translation>
    </message>
    <message>
        <source>Keep and make current</source>
        <translation>Behalten und zum aktuellen machen</translation>
    </message>
    <message>
        <source>{number} of {all}, comparing methods on {name}</source>
        <translation>{number} von {all} im Methodenvergleich {name}</translation>
    </message>
    <message>
        <source>no canary check yet</source>
        <translation>noch keine Kanarienprüfung</translation>
    </message>
    <message>
        <source>worst canary {name} {change} of {limit} {unit} at step {step}</source>
        <translation>schlechtester Kanarie {name} {change} von {limit} {unit} bei Schritt {step}</translation>
    </message>
    <message>
        <source>{name} stopped unexpectedly at step {step}. {good}</source>
        <translation>{name} hat bei Schritt {step} unerwartet aufgehört. {good}</translation>
    </message>
    <message>
        <source>Last good checkpoint: {step}.</source>
        <translation>Letzter guter Checkpoint: {step}.</translation>
    </message>
    <message>
        <source>No checkpoint was written yet.</source>
        <translation>Es war noch kein Checkpoint geschrieben.</translation>
    </message>
    <message>
        <source>Not enough memory for this run.</source>
        <translation>Nicht genug Speicher für diesen Lauf.</translation>
    </message>
    <message>
        <source>No checkpoint was written.</source>
        <translation>Es wurde kein Checkpoint geschrieben.</translation>
    </message>
    <message>
        <source>Not enough memory: needs about {need}, {free} were free.</source>
        <translation>Nicht genug Speicher: braucht etwa {need}, {free} waren frei.</translation>
    </message>
    <message>
        <source>Change the recipe</source>
        <translation>Rezept ändern</translation>
    </message>
    <message>
        <source>Training became unstable at step {step}. {usable}</source>
        <translation>Das Training wurde bei Schritt {step} instabil. {usable}</translation>
    </message>
    <message>
        <source>Nothing after step {good} is usable.</source>
        <translation>Nach Schritt {good} ist nichts brauchbar.</translation>
    </message>
    <message>
        <source>No checkpoint was written before it.</source>
        <translation>Davor war kein Checkpoint geschrieben.</translation>
    </message>
    <message>
        <source>Resume from step {step} at half the learning rate</source>
        <translation>Ab Schritt {step} mit halber Lernrate fortsetzen</translation>
    </message>
    <message>
        <source>The learning rate was probably too high for these rows.</source>
        <translation>Die Lernrate war für diese Zeilen vermutlich zu hoch.</translation>
    </message>
    <message>
        <source>Start again at half the learning rate ({lr})</source>
        <translation>Noch einmal mit halber Lernrate ({lr})</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>Die Platte ist voll.</translation>
    </message>
    <message>
        <source>Free space…</source>
        <translation>Platz schaffen…</translation>
    </message>
    <message>
        <source>Checkpoint {step} is safe.</source>
        <translation>Checkpoint {step} ist sicher.</translation>
    </message>
    <message>
        <source>The GPU or its driver stopped answering. {safe}</source>
        <translation>Die GPU oder ihr Treiber antwortete nicht mehr. {safe}</translation>
    </message>
    <message>
        <source>The folder was moved, renamed, or lies on a disk that is not connected.</source>
        <translation>Der Ordner wurde verschoben, umbenannt oder liegt auf einer Platte, die nicht angeschlossen ist.</translation>
    </message>
    <message>
        <source>Locate…</source>
        <translation>Suchen…</translation>
    </message>
    <message>
        <source>Some rows of the training file cannot be used.</source>
        <translation>Einige Zeilen der Trainingsdatei sind unbrauchbar.</translation>
    </message>
    <message>
        <source>Show the rows</source>
        <translation>Zeilen zeigen</translation>
    </message>
    <message>
        <source>Edit the mapping</source>
        <translation>Zuordnung bearbeiten</translation>
    </message>
    <message>
        <source>Something in the recipe or the data has to be changed.</source>
        <translation>Im Rezept oder in den Daten muss etwas geändert werden.</translation>
    </message>
    <message>
        <source>The machine could not do it.</source>
        <translation>Der Rechner konnte es nicht.</translation>
    </message>
    <message>
        <source>This is a mistake in Palimpsest. Copy the report and send it along.</source>
        <translation>Das ist ein Fehler in Palimpsest. Bitte den Bericht kopieren und mitschicken.</translation>
    </message>
    <message>
        <source>It goes on by itself as soon as there is room.</source>
        <translation>Es geht von selbst weiter, sobald Platz ist.</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Show the comparison</source>
        <translation>Vergleich zeigen</translation>
    </message>
    <message>
        <source>▼ Beyond a limit</source>
        <translation>▼ Außerhalb eines Limits</translation>
    </message>
    <message>
        <source>● Kept so far</source>
        <translation>● Bis jetzt behalten</translation>
    </message>
    <message>
        <source>Preparing the demo</source>
        <translation>Bereitet die Vorführung vor</translation>
    </message>
    <message>
        <source>The run opens by itself, and its verdict when it has ended.</source>
        <translation>Der Lauf öffnet sich von selbst, und sein Urteil, wenn er fertig ist.</translation>
    </message>
    <message>
        <source>Resume from step {step}</source>
        <translation>Ab Schritt {step} fortsetzen</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>Neu beginnen</translation>
    </message>
    <message>
        <source>See log</source>
        <translation>Protokoll ansehen</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>So lassen</translation>
    </message>
    <message>
        <source>Choose a file with training rows</source>
        <translation>Datei mit Trainingszeilen wählen</translation>
    </message>
    <message>
        <source>Drop training rows (.jsonl, .json, .csv, .parquet, .txt) or a model folder here.</source>
        <translation>Trainingszeilen (.jsonl, .json, .csv, .parquet, .txt) oder einen Modellordner hier ablegen.</translation>
    </message>
    <message>
        <source>Recent runs</source>
        <translation>Letzte Läufe</translation>
    </message>
    <message>
        <source>All runs</source>
        <translation>Alle Läufe</translation>
    </message>
    <message>
        <source>See forgetting happen</source>
        <translation>Vergessen sehen</translation>
    </message>
    <message>
        <source>Fine-tune a small model on one narrow task, watch what it forgets, and roll it back. Real training on this computer, nothing is downloaded.</source>
        <translation>Ein kleines Modell auf eine enge Aufgabe feinabstimmen, sehen, was es vergisst, und zurückkehren. Echtes Training auf diesem Rechner, nichts wird heruntergeladen.</translation>
    </message>
    <message>
        <source>Run the demo</source>
        <translation>Vorführung starten</translation>
    </message>
    <message>
        <source>Use my own model</source>
        <translation>Mein eigenes Modell nehmen</translation>
    </message>
    <message>
        <source>A folder with safetensors or a .gguf file. It is never changed: every run is a branch of it.</source>
        <translation>Ein Ordner mit safetensors oder eine .gguf-Datei. Es wird nie verändert: jeder Lauf ist ein Zweig davon.</translation>
    </message>
    <message>
        <source>Welcome to Palimpsest</source>
        <translation>Willkommen bei Palimpsest</translation>
    </message>
    <message>
        <source>A canary is a prompt the base model already answers well; if the answer gets worse, something was forgotten. Every run measures canaries before and after, and says what was kept.</source>
        <translation>Ein Kanarie ist ein Prompt, den das Basismodell schon gut beantwortet; wird die Antwort schlechter, wurde etwas vergessen. Jeder Lauf misst die Kanarien vorher und nachher und sagt, was behalten wurde.</translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) on this computer</source>
        <translation>
            <numerusform>etwa %n Minute auf diesem Rechner</numerusform>
            <numerusform>etwa %n Minuten auf diesem Rechner</numerusform>
        </translation>
    </message>
    <message>
        <source>Choose a model folder</source>
        <translation>Modellordner wählen</translation>
    </message>
    <message>
        <source>Training rows (*.jsonl *.json *.csv *.parquet *.txt)</source>
        <translation>Trainingszeilen (*.jsonl *.json *.csv *.parquet *.txt)</translation>
    </message>
    <message>
        <source>Choose training rows</source>
        <translation>Trainingszeilen wählen</translation>
    </message>
    <message>
        <source>Note on {name}</source>
        <translation>Notiz zu {name}</translation>
    </message>
    <message>
        <source>Tags of {name}</source>
        <translation>Schlagwörter von {name}</translation>
    </message>
    <message>
        <source>Worst change</source>
        <translation>Größte Verschlechterung</translation>
    </message>
    <message>
        <source>On disk</source>
        <translation>Auf der Platte</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Begonnen</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Schlagwörter</translation>
    </message>
    <message>
        <source>Open run</source>
        <translation>Lauf öffnen</translation>
    </message>
    <message>
        <source>Selected run</source>
        <translation>Gewählter Lauf</translation>
    </message>
    <message>
        <source>words, separated by commas</source>
        <translation>Wörter, durch Kommas getrennt</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>filter: verdict:forgot method:lora tag:tickets …</source>
        <translation>Filter: verdict:forgot method:lora tag:tickets …</translation>
    </message>
    <message>
        <source>Filter runs</source>
        <translation>Läufe filtern</translation>
    </message>
    <message>
        <source>Clear filter</source>
        <translation>Filter leeren</translation>
    </message>
    <message>
        <source>No run fits what the filter says.</source>
        <translation>Kein Lauf passt zu diesem Filter.</translation>
    </message>
    <message>
        <source>Move runs to Trash</source>
        <translation>Läufe in den Papierkorb legen</translation>
    </message>
    <message>
        <source>Compare the selected runs</source>
        <translation>Gewählte Läufe vergleichen</translation>
    </message>
    <message>
        <source>Compare ({count})</source>
        <translation>Vergleichen ({count})</translation>
    </message>
    <message>
        <source>Select two to six runs (Ctrl+click, Shift+↓)</source>
        <translation>Zwei bis sechs Läufe wählen (Ctrl+Klick, Umschalt+↓)</translation>
    </message>
    <message>
        <source>No runs yet</source>
        <translation>Noch keine Läufe</translation>
    </message>
    <message>
        <source>A run fine-tunes a base model on your rows and measures what it forgot.</source>
        <translation>Ein Lauf stimmt ein Basismodell auf Ihre Zeilen ab und misst, was es vergessen hat.</translation>
    </message>
    <message>
        <source>Start a new run</source>
        <translation>Neuen Lauf beginnen</translation>
    </message>
    <message>
        <source>Go home</source>
        <translation>Zum Start</translation>
    </message>
    <message>
        <source>verdict, method, base, state, tag, protect, worst, name</source>
        <translation>verdict, method, base, state, tag, protect, worst, name</translation>
    </message>
    <message>
        <source>no such key; there are {keys}</source>
        <translation>diesen Schlüssel gibt es nicht; es gibt {keys}</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>Bringing the starter model</source>
        <extracomment>The payload&apos;s key that marks a job of the demo, and the plan&apos;s key that marks its run; the value is when it was clicked.</extracomment>
        <translation>Holt das Startmodell</translation>
    </message>
    <message>
        <source>Timing this machine</source>
        <translation>Misst diesen Rechner</translation>
    </message>
    <message>
        <source>Run the demo again</source>
        <translation>Vorführung noch einmal</translation>
    </message>
    <message>
        <source>Model</source>
        <extracomment>Air around a line of the tree.</extracomment>
        <translation>Modell</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message numerus="yes">
        <source>%n more waiting</source>
        <translation>
            <numerusform>%n weiterer wartet</numerusform>
            <numerusform>%n weitere warten</numerusform>
        </translation>
    </message>
    <message>
        <source>(gone)</source>
        <translation>(fort)</translation>
    </message>
    <message>
        <source>Cancelling</source>
        <translation>Bricht ab</translation>
    </message>
    <message>
        <source>Choose a method it concerns, or leave it empty.</source>
        <translation>Eine Methode wählen, die es betrifft, oder das Feld leer lassen.</translation>
    </message>
    <message>
        <source>Freeing GPU memory</source>
        <translation>Gibt GPU-Speicher frei</translation>
    </message>
    <message>
        <source>Going on</source>
        <translation>Geht weiter</translation>
    </message>
    <message>
        <source>In the Trash</source>
        <translation>Im Papierkorb</translation>
    </message>
    <message>
        <source>Leave methods or values out, or keep fewer checkpoints.</source>
        <translation>Methoden oder Werte weglassen oder weniger Checkpoints behalten.</translation>
    </message>
    <message>
        <source>Name fewer values.</source>
        <translation>Weniger Werte nennen.</translation>
    </message>
    <message>
        <source>Only the first 800 differing words were compared.</source>
        <translation>Nur die ersten 800 abweichenden Wörter wurden verglichen.</translation>
    </message>
    <message>
        <source>Stopping after this step</source>
        <translation>Hält nach diesem Schritt an</translation>
    </message>
    <message>
        <source>Suites</source>
        <translation>Sätze</translation>
    </message>
    <message>
        <source>You called it a tie.</source>
        <translation>Du fandest sie gleich gut.</translation>
    </message>
    <message>
        <source>You found both bad.</source>
        <translation>Du fandest beide schlecht.</translation>
    </message>
    <message>
        <source>You preferred {model}.</source>
        <translation>Du hast {model} bevorzugt.</translation>
    </message>
    <message>
        <source>at most {peak}</source>
        <translation>höchstens {peak}</translation>
    </message>
    <message>
        <source>current</source>
        <translation>aktuell</translation>
    </message>
    <message>
        <source>frozen: not trained</source>
        <translation>eingefroren: nicht trainiert</translation>
    </message>
    <message>
        <source>moved {value} of its size</source>
        <translation>{value} seiner Größe bewegt</translation>
    </message>
    <message>
        <source>no sign of life for {seconds} s</source>
        <translation>kein Lebenszeichen seit {seconds} s</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>nicht gemessen</translation>
    </message>
    <message>
        <source>reference score {score}, n={n}</source>
        <translation>Bezugswert {score}, n={n}</translation>
    </message>
    <message>
        <source>your limit: {limit}</source>
        <translation>Ihr Limit: {limit}</translation>
    </message>
    <message>
        <source>Change the budget of {name}</source>
        <translation>Budget von {name} ändern</translation>
    </message>
    <message>
        <source>Add a canary</source>
        <translation>Kanarie hinzufügen</translation>
    </message>
    <message>
        <source>Edit a canary</source>
        <translation>Kanarie bearbeiten</translation>
    </message>
    <message>
        <source>Enable a canary</source>
        <translation>Kanarie einschalten</translation>
    </message>
    <message>
        <source>Disable a canary</source>
        <translation>Kanarie abschalten</translation>
    </message>
    <message>
        <source>Made {name}: yours to edit.</source>
        <translation>{name} angelegt: zum Bearbeiten.</translation>
    </message>
    <message numerus="yes">
        <source>%n canary(ies)</source>
        <translation>
            <numerusform>%n Kanarie</numerusform>
            <numerusform>%n Kanarien</numerusform>
        </translation>
    </message>
    <message>
        <source>Imported {name}: {count}.</source>
        <translation>{name} importiert: {count}.</translation>
    </message>
    <message>
        <source>Import a base model first.</source>
        <translation>Importieren Sie zuerst ein Basismodell.</translation>
    </message>
    <message>
        <source>What is drawn upwards</source>
        <translation>Was nach oben gezeichnet wird</translation>
    </message>
    <message>
        <source>Progress of the comparison</source>
        <translation>Fortschritt des Vergleichs</translation>
    </message>
    <message>
        <source>Runs of this comparison</source>
        <translation>Läufe dieses Vergleichs</translation>
    </message>
    <message>
        <source>Cancel the rest</source>
        <translation>Den Rest abbrechen</translation>
    </message>
    <message>
        <source>Runs that wait are cancelled; the one at work goes on. Can be undone.</source>
        <translation>Wartende Läufe werden abgebrochen; der laufende geht weiter. Lässt sich rückgängig machen.</translation>
    </message>
    <message>
        <source>Queue the missing runs again</source>
        <translation>Fehlende Läufe wieder einreihen</translation>
    </message>
    <message>
        <source>You can close the window or do other things. A run that fails does not stop the others; when all have ended, this page turns to the trade-off.</source>
        <translation>Das Fenster kann geschlossen oder für anderes benutzt werden. Ein fehlgeschlagener Lauf hält die anderen nicht auf; wenn alle zu Ende sind, zeigt diese Seite die Abwägung.</translation>
    </message>
    <message>
        <source>Recommended</source>
        <translation>Empfohlen</translation>
    </message>
    <message>
        <source>Show the trade-off</source>
        <translation>Abwägung zeigen</translation>
    </message>
    <message>
        <source>Comparing methods</source>
        <translation>Methodenvergleich</translation>
    </message>
    <message>
        <source>Recommended so far</source>
        <translation>Bisher empfohlen</translation>
    </message>
    <message>
        <source>upwards</source>
        <translation>nach oben</translation>
    </message>
    <message>
        <source>Recommended run and chosen point</source>
        <translation>Empfohlener Lauf und gewählter Punkt</translation>
    </message>
    <message>
        <source>Nothing to recommend yet: no run was measured before and after training.</source>
        <translation>Noch nichts zu empfehlen: kein Lauf wurde vor und nach dem Training gemessen.</translation>
    </message>
    <message>
        <source>worst capability</source>
        <translation>schlechteste Fähigkeit</translation>
    </message>
    <message>
        <source>mean of capabilities</source>
        <translation>Mittel der Fähigkeiten</translation>
    </message>
    <message>
        <source>No checkpoint of this run is on disk.</source>
        <extracomment>Settings that name a run or bind it to files; whether base and data are the same is said in words of its own.</extracomment>
        <translation>Kein Checkpoint dieses Laufs liegt auf der Platte.</translation>
    </message>
    <message>
        <source>Strength, 0 the base, 100 as trained</source>
        <translation>Stärke, 0 die Basis, 100 wie trainiert</translation>
    </message>
    <message>
        <source>Score the curve again</source>
        <translation>Kurve neu messen</translation>
    </message>
    <message>
        <source>e.g. 0-5=0.5, 12=0</source>
        <translation>z. B. 0-5=0.5, 12=0</translation>
    </message>
    <message>
        <source>Other strengths for single blocks</source>
        <translation>Andere Stärken für einzelne Blöcke</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Erweitert</translation>
    </message>
    <message>
        <source>Learned against forgotten by strength</source>
        <translation>Gelernt gegen vergessen nach Stärke</translation>
    </message>
    <message>
        <source>Mix base and tuned weights and score each mixture: how much of the task stays, how much comes back.</source>
        <translation>Basis- und feinabgestimmte Gewichte mischen und jede Mischung messen: wie viel von der Aufgabe bleibt, wie viel zurückkommt.</translation>
    </message>
    <message>
        <source>Work out the curve</source>
        <translation>Kurve berechnen</translation>
    </message>
    <message>
        <source>No curve yet</source>
        <translation>Noch keine Kurve</translation>
    </message>
    <message>
        <source>as trained</source>
        <translation>wie trainiert</translation>
    </message>
    <message>
        <source>Guard items decide here; the version that is written is confirmed once on the verdict items.</source>
        <translation>Hier entscheiden Wächteraufgaben; die geschriebene Version wird einmal an den Urteilsaufgaben bestätigt.</translation>
    </message>
    <message>
        <source>Blocks are numbered from 0; those not named take the slider&apos;s strength. Drift shows which moved most.</source>
        <translation>Blöcke zählen ab 0; nicht genannte haben die Stärke des Reglers. Drift zeigt, welche sich am meisten bewegt haben.</translation>
    </message>
    <message>
        <source>At no strength that was scored is every capability inside its limit.</source>
        <translation>Bei keiner gemessenen Stärke liegt jede Fähigkeit in ihrem Limit.</translation>
    </message>
    <message>
        <source>★ Proposed: {alpha}, the strongest inside every limit.</source>
        <translation>★ Vorschlag: {alpha}, die stärkste innerhalb aller Limits.</translation>
    </message>
    <message>
        <source>Write strength {alpha} with these blocks and make it current</source>
        <translation>Stärke {alpha} mit diesen Blöcken schreiben und zum aktuellen machen</translation>
    </message>
    <message>
        <source>Strength {alpha} with these blocks: not scored yet; writing it scores it.</source>
        <translation>Stärke {alpha} mit diesen Blöcken: noch nicht gemessen; beim Schreiben wird sie gemessen.</translation>
    </message>
    <message>
        <source>Strength {alpha}: not scored yet; writing it scores it.</source>
        <translation>Stärke {alpha}: noch nicht gemessen; beim Schreiben wird sie gemessen.</translation>
    </message>
    <message>
        <source>Write strength {alpha} and make it current</source>
        <translation>Stärke {alpha} schreiben und zum aktuellen machen</translation>
    </message>
    <message>
        <source>● inside every limit</source>
        <translation>● innerhalb aller Limits</translation>
    </message>
    <message>
        <source>▼ beyond a limit</source>
        <translation>▼ außerhalb eines Limits</translation>
    </message>
    <message>
        <source>Strength {alpha}: right answers {exact}; worst {worst}; {inside}.</source>
        <translation>Stärke {alpha}: richtige Antworten {exact}; schlechteste {worst}; {inside}.</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Held-out loss</source>
        <translation>Verlust (zurückgehalten)</translation>
    </message>
    <message>
        <source>Right answers</source>
        <translation>Richtige Antworten</translation>
    </message>
    <message>
        <source>KL from the base</source>
        <translation>KL zur Basis</translation>
    </message>
    <message>
        <source>Worst capability</source>
        <translation>Schlechteste Fähigkeit</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Limits</translation>
    </message>
    <message>
        <source>Start a new project…</source>
        <translation>Neues Projekt beginnen…</translation>
    </message>
    <message>
        <source>Nothing was changed or deleted.</source>
        <translation>Es wurde nichts verändert oder gelöscht.</translation>
    </message>
    <message>
        <source>Choose an empty folder for the new project</source>
        <translation>Leeren Ordner für das neue Projekt wählen</translation>
    </message>
    <message numerus="yes">
        <source>Queue %n run(s)</source>
        <translation>
            <numerusform>%n Lauf ist eingereiht</numerusform>
            <numerusform>%n Läufe sind eingereiht</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Moved %n cancelled run(s) to the Trash.</source>
        <translation>
            <numerusform>%n Lauf wurde abgebrochen und in den Papierkorb gelegt.</numerusform>
            <numerusform>%n Läufe wurden abgebrochen und in den Papierkorb gelegt.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Queued %n run(s) again.</source>
        <translation>
            <numerusform>%n Lauf ist wieder eingereiht.</numerusform>
            <numerusform>%n Läufe sind wieder eingereiht.</numerusform>
        </translation>
    </message>
    <message>
        <source>No run of this comparison waits.</source>
        <translation>Kein Lauf dieses Vergleichs wartet.</translation>
    </message>
    <message numerus="yes">
        <source>Cancelled %n waiting run(s)</source>
        <translation>
            <numerusform>%n wartender Lauf abgebrochen</numerusform>
            <numerusform>%n wartende Läufe abgebrochen</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing is missing: every run has ended well or waits its turn.</source>
        <translation>Es fehlt nichts: Jeder Lauf ist gut zu Ende gegangen oder wartet noch.</translation>
    </message>
    <message numerus="yes">
        <source>Queue %n run(s) again</source>
        <translation>
            <numerusform>%n Lauf ist wieder eingereiht</numerusform>
            <numerusform>%n Läufe sind wieder eingereiht</numerusform>
        </translation>
    </message>
    <message>
        <source>A is better (1)</source>
        <translation>A ist besser (1)</translation>
    </message>
    <message>
        <source>B is better (2)</source>
        <translation>B ist besser (2)</translation>
    </message>
    <message>
        <source>Tie (3)</source>
        <translation>Gleich gut (3)</translation>
    </message>
    <message>
        <source>Both bad (0)</source>
        <translation>Beide schlecht (0)</translation>
    </message>
    <message>
        <source>Export votes…</source>
        <translation>Stimmen exportieren…</translation>
    </message>
    <message>
        <source>{done} of {all} runs done</source>
        <extracomment>Runs in these states did all they should.</extracomment>
        <translation>{done} von {all} Läufen fertig</translation>
    </message>
    <message numerus="yes">
        <source>%n missing</source>
        <translation>
            <numerusform>%n fehlt</numerusform>
            <numerusform>%n fehlen</numerusform>
        </translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>noch etwa {time}</translation>
    </message>
    <message>
        <source>{low} to {high} left</source>
        <translation>noch {low} bis {high}</translation>
    </message>
    <message>
        <source>planned: {time}</source>
        <translation>geplant: {time}</translation>
    </message>
    <message>
        <source>Choose at least one method.</source>
        <translation>Mindestens eine Methode wählen.</translation>
    </message>
    <message>
        <source>{need} of {free} free</source>
        <translation>{need} von {free} frei</translation>
    </message>
    <message>
        <source>Done before</source>
        <translation>Schon getan</translation>
    </message>
    <message numerus="yes">
        <source>%n run(s), taken over</source>
        <translation>
            <numerusform>%n Lauf, übernommen</numerusform>
            <numerusform>%n Läufe, übernommen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Too large for the memory, it seems: %n run(s).</source>
        <translation>
            <numerusform>%n Lauf scheint nicht in den Speicher zu passen.</numerusform>
            <numerusform>%n Läufe scheinen nicht in den Speicher zu passen.</numerusform>
        </translation>
    </message>
    <message>
        <source>The time is a rough range: not every method was timed on this machine yet.</source>
        <translation>Die Zeit ist ein grober Bereich: Noch nicht jede Methode wurde auf diesem Rechner gemessen.</translation>
    </message>
    <message numerus="yes">
        <source>%n run(s), one after the other</source>
        <translation>
            <numerusform>%n Lauf</numerusform>
            <numerusform>%n Läufe, einer nach dem anderen</numerusform>
        </translation>
    </message>
    <message>
        <source>done: {run}</source>
        <translation>fertig: {run}</translation>
    </message>
    <message>
        <source>All together</source>
        <translation>Alles zusammen</translation>
    </message>
    <message>
        <source>Each run</source>
        <translation>Jeder Lauf</translation>
    </message>
    <message>
        <source>Queue the runs</source>
        <translation>Läufe einreihen</translation>
    </message>
    <message>
        <source>Ctrl+Enter. They wait their turn if a run is training; one step undoes it.</source>
        <translation>Strg+Eingabe. Sie warten, falls gerade ein Lauf trainiert; ein Schritt macht es rückgängig.</translation>
    </message>
    <message>
        <source>Nothing to queue yet</source>
        <translation>Noch nichts einzureihen</translation>
    </message>
    <message>
        <source>Try all methods</source>
        <translation>Alle Methoden versuchen</translation>
    </message>
    <message>
        <source>Back to one run</source>
        <translation>Zurück zu einem Lauf</translation>
    </message>
    <message>
        <source>The form&apos;s recipe with each method, one run after the other, unattended; one that fails does not stop the others. The trade-off then says which run to take, and why.</source>
        <translation>Das Rezept des Formulars mit jeder Methode, ein Lauf nach dem anderen, ohne Aufsicht; ein fehlgeschlagener hält die anderen nicht auf. Die Abwägung sagt dann, welcher Lauf zu nehmen ist und warum.</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>Methoden</translation>
    </message>
    <message>
        <source>Also vary (optional)</source>
        <translation>Außerdem variieren (freiwillig)</translation>
    </message>
    <message>
        <source>Values separated by commas; each is a run of its own with every method it concerns.</source>
        <translation>Werte durch Kommas getrennt; jeder ist mit jeder Methode, die er betrifft, ein eigener Lauf.</translation>
    </message>
    <message>
        <source>e.g. {values}</source>
        <translation>z. B. {values}</translation>
    </message>
    <message>
        <source>Train on top of this run…</source>
        <translation>Auf diesem Lauf aufbauen …</translation>
    </message>
    <message>
        <source>Try all methods with this run&apos;s recipe…</source>
        <translation>Alle Methoden mit dem Rezept dieses Laufs versuchen …</translation>
    </message>
    <message>
        <source>Show the sequence this run is part of</source>
        <translation>Die Folge zeigen, zu der dieser Lauf gehört</translation>
    </message>
    <message>
        <source>Export this run&apos;s model…</source>
        <translation>Modell dieses Laufs exportieren …</translation>
    </message>
    <message>
        <source>No checkpoint of {run} is on disk to train on top of.</source>
        <translation>Von {run} liegt kein Checkpoint auf der Platte, auf dem aufgebaut werden könnte.</translation>
    </message>
    <message>
        <source>Twenty steps are being tried: {phase}. How the base scores is kept for the run itself.</source>
        <translation>Zwanzig Schritte werden versucht: {phase}. Wie die Basis abschneidet, wird für den Lauf selbst aufbewahrt.</translation>
    </message>
    <message>
        <source>After {steps} of {total} steps: loss {before} → {after} nats/token.</source>
        <translation>Nach {steps} von {total} Schritten: Verlust {before} → {after} nats/Token.</translation>
    </message>
    <message>
        <source>{name}: {now} now, about {end} at the end (limit {limit}, n={n})</source>
        <translation>{name}: {now} jetzt, etwa {end} am Ende (Grenze {limit}, n={n})</translation>
    </message>
    <message>
        <source>{run} has no checkpoint with its weights to export.</source>
        <translation>{run} hat keinen Checkpoint mit Gewichten, der sich exportieren lässt.</translation>
    </message>
    <message>
        <source>Choose where the folder of {model} goes</source>
        <translation>Wohin soll der Ordner von {model}?</translation>
    </message>
    <message>
        <source>Choose another folder…</source>
        <translation>Anderen Ordner wählen…</translation>
    </message>
    <message>
        <source>Exported {model} to {folder}, with its model card.</source>
        <translation>{model} nach {folder} exportiert, mit Modellkarte.</translation>
    </message>
    <message>
        <source>Nothing is recommended: these runs were not measured on the same canaries of the same base.</source>
        <extracomment>Measurements of held-out rows carry this suite name; they are no canaries. How many runs are compared at least and at most, beside the baseline.</extracomment>
        <translation>Es wird nichts empfohlen: Diese Läufe wurden nicht mit denselben Kanarien derselben Basis gemessen.</translation>
    </message>
    <message>
        <source>Choose where the folder of the report goes</source>
        <translation>Wohin soll der Ordner des Berichts?</translation>
    </message>
    <message>
        <source>Wrote the report into {folder}.</source>
        <translation>Der Bericht liegt in {folder}.</translation>
    </message>
    <message>
        <source>The report could not be written: {reason}</source>
        <translation>Der Bericht konnte nicht geschrieben werden: {reason}</translation>
    </message>
    <message>
        <source>change {change} {unit}</source>
        <translation>Änderung {change} {unit}</translation>
    </message>
</context>
</TS>
