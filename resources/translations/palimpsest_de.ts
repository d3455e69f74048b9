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
        <translation type="unfinished"></translation>
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
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>○ base, filled: tuned. Share right, 95 % Wilson → better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>○ base, filled: tuned. Score, {unit}, 95 % → better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change, {unit} (more changed →), dashed: your limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change, {unit} (← worse), dashed: your limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forgot {name}: {change}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} changed: {change}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Can&apos;t tell about %n of {all}: {names}</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing forgotten; the largest change is {name}: {change}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No verdict: no canaries were run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>n per capability beside its name; bounds are the ones that decided</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>limit {limit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right→wrong {lost}, wrong→right {won}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>for example {ids}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Worst first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By number of items</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>points</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tuned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Capability</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>n</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right → wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wrong → right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Table of the chart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Picture (*.png);;Vector picture (*.svg);;Document (*.pdf);;Numbers (*.csv)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export chart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy chart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show as table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The chart could not be written: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} {change} {unit} at step {step}, inside its budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} {change} {unit} at step {step}, beyond its budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss {loss} at step {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loss from {first} to {last}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>budget {limit} {unit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: n={n}, 95 % intervals</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loss {loss} (smoothed {smooth})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{said} at step {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>best kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>auto-stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No steps yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>best kept: step {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>auto-stopped at {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped at {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss, nats/token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>‖ΔW‖/‖W‖</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>frozen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training time, minutes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>canary check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>auto-stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training time, s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Capability or note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message numerus="yes">
        <source>%n token(s)</source>
        <extracomment>Answers whose lengths together stay below this are compared at once; longer ones off the GUI thread.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>mean log-prob {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>seed {seed}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>temperature {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hidden until you vote</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answer {letter}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tuned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>instead: {tokens}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>… %n same word(s) … </source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Shaded: how unlikely each token was to the model that wrote it; dotted below p = .05</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shaded on the base&apos;s answer: what became less likely (dotted) or likelier under the tuned model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comparing…</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n place(s) differ</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>best inside budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>your limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>average score at the end {value} {unit}</source>
        <extracomment>Points at which the colour is full, fixed so that matrices compare.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>average change on earlier tasks {value} {unit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hatched and “?”: the interval holds the limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluated on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Earlier tasks over time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At the end {name} is at {change} {unit} from its reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Train two tasks one after the other to see what the second did to the first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>n at least {n} a cell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>budget {limit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{stage}, evaluated on {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the interval holds the limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learned: target task against base, {unit} → better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Worst capability, in units of its limit ↑ better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean of capabilities, in units of their limits ↑ better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}, {unit} ↑ better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing learned stayed inside the budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learned against kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{run} at step {step} learned most inside the budget: {gain} {unit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{all} checkpoints of {runs} runs, {inside} inside the budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No other beats: {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pick 2–6 runs: each measured checkpoint becomes a point here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>n at least {n} canaries a point</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{run} at step {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>learned {gain} {unit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>inside the budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>beyond the budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>★ best inside budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>limits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Canary change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept</source>
        <extracomment>What a row can be called: the engine&apos;s words, the learned task, and what could not be measured. pyqtgraph&apos;s symbols of the same shapes; &quot;measured&quot; is drawn hollow.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forgot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Can&apos;t tell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <extracomment>A stop that takes longer than this may be forced.</extracomment>
        <translation>Abbrechen</translation>
    </message>
    <message numerus="yes">
        <source>%n small edit(s)</source>
        <extracomment>Signs of the actions; an unknown one gets a dot. Small edits, shown as one line when several follow each other.</extracomment>
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
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New run</source>
        <extracomment>Settings with a place of their own above Advanced. Settings shown as plain fields above Advanced, by card.</extracomment>
        <translation>Neuer Lauf</translation>
    </message>
    <message>
        <source>1  What is it for?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whatever the base could do must stay inside its budget; a loss beyond it is called forgot.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One job only: all capabilities but safety may be lost by design. They are measured, never judged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Purpose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep general abilities</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Single purpose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>2  Base model and training rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Base model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A .jsonl, .json, .csv, .parquet or .txt file: drop it here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at the rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>3  Method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A small update beside frozen weights: little memory, a small file, the usual choice.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LoRA over a 4-bit copy of the base: the least memory, a little slower.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every weight is trained: the most memory, and the most that can be forgotten.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No weight is changed: a system message and examples before each question.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Method</source>
        <extracomment>What can be asked of a model, in the order of its buttons.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>4  Protection and canaries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The single protections under Advanced, as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Protection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Canary suite</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Canaries and budgets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A canary is a prompt the base already answers well; if the answer gets worse, something was forgotten.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>5  Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Advanced: every setting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recipe as TOML</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit or paste here; the form follows as soon as it is valid.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the recipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} (yours)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Then it fits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time it on this machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What can be told</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each capability</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What each capability&apos;s canaries can decide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In nats/token (checked answers: points). * has too few items to be called kept at its budget.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ctrl+Enter. It waits its turn if a run is training.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a base model and training rows: the plan follows as you edit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fits: needs about {need} of {free} free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does not seem to fit: needs about {need}, {free} free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not enough disk space for the checkpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{change}: −{saving}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {text}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{train} rows, {heldout} held out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>half up to {p50}, 95 % up to {p95} tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Platte</translation>
    </message>
    <message numerus="yes">
        <source>%n checkpoint(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{steps} of {batch} rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checks</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>before, after and %n on the way</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Field</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a data file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As seen by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use in a new run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the model sees it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is odd</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rows that cannot be used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lengths</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mapping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which columns mean what. Shape auto looks at the first rows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No data files yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open or drop a .jsonl, .json, .csv, .parquet or .txt file to see it as the model will.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing: no repeats, no canaries, no secrets, nothing cut.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Column for {part}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{column} (usual)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a data file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What helps: {fix}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>line {line}: {text}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>auto</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>conversations (from, value)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>instruction, input, output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>prompt and completion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trained</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{part} of {all} million weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{low} to {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The time is a rough range: nothing was timed on this machine yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lengths are guessed from characters until the rows are read with the model&apos;s tokenizer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nats/token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is judged, so there will be no verdict.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A loss from {low:.2f} to {high:.2f} {unit} on, by capability, could be called forgot.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All could be called kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{able} of {all} could be called kept at their budget; the rest need up to {n} items each.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change {field}</source>
        <extracomment>Findings told beside the data field; all of them are on the Data page. Findings that reading the file has told already, with the line.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset the form</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit the recipe as TOML</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{file} cannot be read: {why}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open {file}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>first %n row(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{count} of {low} to {high} tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tokens a row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rows by length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a base model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose training rows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is still being read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>field</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the files…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{run} is queued.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Timing a few steps on this machine…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>chat messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>conversations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>instructions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>prompts and completions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>plain text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{bad} of {all} rows are unusable and left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a recipe…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First a base model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A run starts from a base model, which is never changed. The starter is small and comes with the program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a model folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the chosen model to Trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a GGUF file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import the starter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models by lineage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Empty Trash…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size} used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No models yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a base model: it is fingerprinted, only ever read, and what you train lies beside it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Trash: %n item(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Import a GGUF file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is in use by {what}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Moved {name} to the Trash.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put {name} back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Delete %n item(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Delete what is in the Trash for good ({size})?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This cannot be undone. Model folders outside the data folder are not touched.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Deleted %n item(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{name} stays: needed by {why}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put {name} back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take over a recipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take over a run&apos;s recipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>training rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a base model</source>
        <translation>Basismodell importieren</translation>
    </message>
    <message>
        <source>base model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a recipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held-out rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held-out share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held-out rows measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rank</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Alpha</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rsLoRA</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>DoRA</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Most steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Micro-batch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warm-up share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient norm limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Capabilities</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verdict items</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guard items</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checks at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answers written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Budgets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beyond a budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint at each check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Also every</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep newest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data</source>
        <extracomment>Lines of the list of unusable rows before it scrolls.</extracomment>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Protections</source>
        <translation type="unfinished"></translation>
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
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Full</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LoRA</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QLoRA (4-bit)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompt only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Standard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Careful</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Custom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading</source>
        <extracomment>A page is painted with new rows at most this often. Loading shows nothing before the first, a skeleton until the second, then a bar (ux §4). Tables whose changes call `refresh`; empty means all. What `refresh` gets when everything is to be read.</extracomment>
        <translation>Lädt</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause after this step; a checkpoint is written (Ctrl+.)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on where it stopped (Ctrl+.)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop &amp;&amp; keep</source>
        <translation>Anhalten &amp;&amp; behalten</translation>
    </message>
    <message>
        <source>Stop after this step and keep a checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check canaries now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at the canaries after this step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Export report…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the worker; Resume goes on from step {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free GPU memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving a checkpoint; this can be forced after {seconds} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Force stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Loses %n step(s) since the last checkpoint</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>full</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting for its turn</source>
        <extracomment>The time left changes its words at most this often.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step {step} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step {step}: checking canaries {count}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>under a minute left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {minutes} min left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {hours} h {minutes} min left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Load</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Train</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show every setting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as TOML</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New run with this recipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings that differ from the defaults</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plan and result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recipe as TOML</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every setting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>default {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>predicted {predicted}, measured {measured}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>measured {size}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>predicted {low:.0f}–{high:.0f} s, took {took:.0f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{took:.0f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recipe&apos;s note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}, fingerprint {fingerprint}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoints on disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>steps {steps}; {size}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arithmetic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{suite}, version {version}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>raw</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>log loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Worst</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>↦ Live</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the newest steps again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make this checkpoint the current model; nothing is deleted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Horizontal axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smoothing of the loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show raw loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic loss axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Capability shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>smooth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>capability</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint at step {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select a step to restore or compare its checkpoint.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>best inside your limits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped by you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No step was trained.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting for its turn.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measuring before: {done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preparing: {phase}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Started from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>complete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weights removed, scores kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>damaged, set aside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resumable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no: the optimiser&apos;s state was removed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Manifest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>⚠ no longer at its place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not verified yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>✓ as recorded on {day}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none; a plain one with headings is used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} million</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fingerprint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Importing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verifying</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the run to Trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verify now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New run from it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure now</source>
        <extracomment>Pixels a chart needs beside its rows: title, axis and read-out.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>◆ What cannot be told yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beside the verdict</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What to do next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How this was decided</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Worst answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See all answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>⚑ This is the project&apos;s current model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add ~{count} canaries…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add about {count} canaries to {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>See all %n answer(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n capability(ies), all inside their limits</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{change} (no bound from so few items, limit {limit})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{change} (at least {bound}, limit {limit})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{change} (at most {bound}, limit {limit})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{change} (between {low} and {high}, limit {limit})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was protected, so nothing was judged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: {change}. Add canaries from other templates or passages.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: {change}. The change is too close to the limit for any reasonable number of canaries.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: {change}. About {add} more canaries would settle it ({needed} in all; it has {n}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No verdict yet: it comes when the canaries have been measured after training.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No verdict: nothing was trained.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No verdict: the canaries were not measured after training.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learned the task: right answers {before} → {after} on {n} held-out rows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learned the task: right fields {before} → {after} on {n} held-out rows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held-out loss {before} → {after} nats/token on {n} rows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right fields</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>▲ Learned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loss on training rows {train}, on held-out rows {heldout}; right on {n} reworded rows: {share}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memorised</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{lost} right → wrong, {gained} wrong → right of {n} checked answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Flips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unchanged, {files} files, {size}, verified byte for byte</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> (predicted {size})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{before} → {after} of the canary answers open like the training rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Style</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{before} → {after} of {n} answers show signs of damage (loops, empty, cut)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Damage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each capability is judged by its paired differences, item by item; down is worse.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Level {alpha} over {judged} judged capabilities: the better bound is Bonferroni&apos;s, the worse one-sided 95 %.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: {n} items from {clusters} sources, {method}, limit {limit} ({role}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Suite {suite}, version {version}; noise floor {noise} nats/token.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>protect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tolerate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>expendable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Point the project at this run&apos;s model; nothing is deleted, and Undo points back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make current</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mix base and tuned weights: turn down what was learned until what was forgotten is back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open strength slider</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make it current in spite of the verdict; a reason is kept in the history</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep anyway…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Point the project at an earlier model; nothing is deleted, and Undo points back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Roll back to step {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Roll back to the base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again with protection ({preset})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again with LoRA</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again at a third of the learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again with more steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again with all canaries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again as advised</source>
        <translation type="unfinished"></translation>
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
        <source>Patterns on charts, beside colour</source>
        <translation>Muster in Diagrammen, neben der Farbe</translation>
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
        <translation>Wenn ein Lauf endet und das Fenster nicht vorn ist</translation>
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
        <translation>Basis {name}</translation>
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
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <extracomment>Lines kept and shown.</extracomment>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Drift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Setup</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This run&apos;s answers were not written out before and after training.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answers written before are compared with those after training, once both are there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No run chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose one in the list of runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all runs</source>
        <translation type="unfinished"></translation>
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
        <source>Screens</source>
        <extracomment>Below this width of the window the words go. Screens below the rule, at the foot.</extracomment>
        <translation>Ansichten</translation>
    </message>
    <message>
        <source>Status</source>
        <extracomment>Say that the disk is short below this.</extracomment>
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
        <extracomment>Modules in the order of a block; others follow as they come.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far weights moved, not what was lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>outside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>checkpoint {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>log10 of ‖ΔW‖/‖W‖</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far weights moved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{where} moved most: {value} of its size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{moved} weights moved, {frozen} frozen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs two checkpoints: the base and one of the run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>checkpoint {step}; colours from {low} to {high} (log10 of ‖ΔW‖/‖W‖); how far weights moved, not what was lost</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rank {rank} of {all}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer {layer} {module}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ref</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Score</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the mapping</source>
        <extracomment>Rows shown before the model&apos;s own view is there.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a base model to see the rows as it sees them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The rows as read. How {model} sees them follows…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{rows} · {tokens} tokens, {learned} of them learned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Half of the rows have up to {p50} tokens, 95 % up to {p95}; the longest has {most}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{tokens} tokens, {learned} learned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cut: {full} tokens long</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Row as the model sees it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous row (K)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next row (J)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shaded and underlined: what the model learns to write. The rest is given to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Line {line} · row {at} of the first {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>forgot from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>kept from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expendable: measured, never judged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Budget {budget:.2f} {unit}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs {n} items to be called kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Got worse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Different</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answers to show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All capabilities</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find in prompts and answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask both models…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>J, K next, previous · N next difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{shown} of {all}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No answer passes this filter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>expected: {answer}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>score {change}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No answers stored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The worker is ended; the last checkpoint stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where is {name} now?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: its canaries are measured next.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tried again after {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Started {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} was cancelled and moved to the Trash.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Result page (*.html)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wrote {file}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>‖ΔW‖ / ‖W‖</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far each weight moved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No drift to show yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far each layer moved is worked out when a checkpoint is opened in the strength slider.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of this phase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State: {state}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>for example: this model is only used for tickets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why keep it?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep and make current</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no canary check yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>worst canary {name} {change} of {limit} {unit} at step {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} stopped unexpectedly at step {step}. {good}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last good checkpoint: {step}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No checkpoint was written yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not enough memory for this run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not enough memory: needs about {need}, {free} were free.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the recipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training became unstable at step {step}. {usable}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing after step {good} is usable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No checkpoint was written before it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The learning rate was probably too high for these rows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start again at half the learning rate ({lr})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free space…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint {step} is safe.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The GPU or its driver stopped answering. {safe}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The folder was moved, renamed, or lies on a disk that is not connected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Locate…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Some rows of the training file cannot be used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit the mapping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something in the recipe or the data has to be changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine could not do it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is a mistake in Palimpsest. Copy the report and send it along.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It goes on by itself as soon as there is room.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume from step {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Note on {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags of {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{names}: still at work. Stop it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move {names} to Trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moved {names} to Trash; nothing was deleted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Worst change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Started</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>words, separated by commas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>filter: verdict:forgot method:lora tag:tickets …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move runs to Trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare the selected runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare ({count})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select two to six runs (Ctrl+click, Shift+↓)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No runs yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A run fine-tunes a base model on your rows and measures what it forgot.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start a new run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go home</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>verdict, method, base, state, tag, protect, worst, name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no such key; there are {keys}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>Bringing the starter model</source>
        <extracomment>The payload&apos;s key that marks a job of the demo, and the plan&apos;s key that marks its run; the value is when it was clicked.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Timing this machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the demo again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>(gone)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Freeing GPU memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Going on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the first 800 differing words were compared.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopping after this step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>at most {peak}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>current</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>frozen: not trained</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>moved {value} of its size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no sign of life for {seconds} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>reference score {score}, n={n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>your limit: {limit}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
