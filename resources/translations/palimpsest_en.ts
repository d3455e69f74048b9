<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_GB" sourcelanguage="en_GB">
<context>
    <name></name>
    <message numerus="yes">
        <source>Moved %n run(s) to the Trash.</source>
        <translation>
            <numerusform>Moved %n run to the Trash.</numerusform>
            <numerusform>Moved %n runs to the Trash.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Put %n run(s) back.</source>
        <translation>
            <numerusform>Put %n run back.</numerusform>
            <numerusform>Put %n runs back.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Can't tell about %n of {all}: {names}</source>
        <translation>
            <numerusform>Can't tell about %n of {all}: {names}</numerusform>
            <numerusform>Can't tell about %n of {all}: {names}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n small edit(s)</source>
        <extracomment>Signs of the actions; an unknown one gets a dot, a verdict the sign of its word. Small edits, shown as one line when several follow each other.</extracomment>
        <translation>
            <numerusform>%n small edit</numerusform>
            <numerusform>%n small edits</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n checkpoint(s)</source>
        <translation>
            <numerusform>%n checkpoint</numerusform>
            <numerusform>%n checkpoints</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>before, after and %n on the way</source>
        <translation>
            <numerusform>before, after and %n on the way</numerusform>
            <numerusform>before, after and %n on the way</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>first %n row(s)</source>
        <translation>
            <numerusform>first %n row</numerusform>
            <numerusform>first %n rows</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation>
            <numerusform>%n row</numerusform>
            <numerusform>%n rows</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Loses %n step(s) since the last checkpoint</source>
        <translation>
            <numerusform>Loses %n step since the last checkpoint</numerusform>
            <numerusform>Loses %n steps since the last checkpoint</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>See all %n answer(s)</source>
        <translation>
            <numerusform>See all %n answer</numerusform>
            <numerusform>See all %n answers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n capability(ies), all inside their limits</source>
        <extracomment>Nobody writes more canaries than this because a verdict asks for them; then how many it would take is said, not offered.</extracomment>
        <translation>
            <numerusform>%n capability, all inside their limits</numerusform>
            <numerusform>%n capabilities, all inside their limits</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n run(s)</source>
        <translation>
            <numerusform>%n run</numerusform>
            <numerusform>%n runs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>↓ %n new</source>
        <translation>
            <numerusform>↓ %n new</numerusform>
            <numerusform>↓ %n new</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n notification(s)</source>
        <translation>
            <numerusform>%n notification</numerusform>
            <numerusform>%n notifications</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n token(s)</source>
        <extracomment>How much of a fingerprint is shown. Lines of an answer that are seen at least.</extracomment>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n difference(s)</source>
        <translation>
            <numerusform>%n difference</numerusform>
            <numerusform>%n differences</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>… %n same word(s) … </source>
        <extracomment>Both texts, how they were compared, and the difference.</extracomment>
        <translation>
            <numerusform>… %n same word … </numerusform>
            <numerusform>… %n same words … </numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Trash: %n item(s)</source>
        <translation>
            <numerusform>Trash: %n item</numerusform>
            <numerusform>Trash: %n items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>And %n more.</numerusform>
            <numerusform>And %n more.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n item(s)</source>
        <translation>
            <numerusform>Delete %n item</numerusform>
            <numerusform>Delete %n items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Deleted %n item(s)</source>
        <translation>
            <numerusform>Deleted %n item</numerusform>
            <numerusform>Deleted %n items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n canary(ies)</source>
        <translation>
            <numerusform>%n canary</numerusform>
            <numerusform>%n canaries</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) on this computer</source>
        <translation>
            <numerusform>about %n minute on this computer</numerusform>
            <numerusform>about %n minutes on this computer</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more waiting</source>
        <translation>
            <numerusform>%n more waiting</numerusform>
            <numerusform>%n more waiting</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Moved %n cancelled run(s) to the Trash.</source>
        <translation>
            <numerusform>Moved %n cancelled run to the Trash.</numerusform>
            <numerusform>Moved %n cancelled runs to the Trash.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Queued %n run(s) again.</source>
        <translation>
            <numerusform>Queued %n run again.</numerusform>
            <numerusform>Queued %n runs again.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Cancelled %n waiting run(s)</source>
        <translation>
            <numerusform>Cancelled %n waiting run</numerusform>
            <numerusform>Cancelled %n waiting runs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Queue %n run(s) again</source>
        <translation>
            <numerusform>Queue %n run again</numerusform>
            <numerusform>Queue %n runs again</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n vote(s)</source>
        <translation>
            <numerusform>%n vote</numerusform>
            <numerusform>%n votes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Exact sign test over %n decided vote(s), ties and both bad left out</source>
        <translation>
            <numerusform>Exact sign test over %n decided vote, ties and both bad left out</numerusform>
            <numerusform>Exact sign test over %n decided votes, ties and both bad left out</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n missing</source>
        <translation>
            <numerusform>%n missing</numerusform>
            <numerusform>%n missing</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n run(s), taken over</source>
        <translation>
            <numerusform>%n run, taken over</numerusform>
            <numerusform>%n runs, taken over</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Too large for the memory, it seems: %n run(s).</source>
        <translation>
            <numerusform>Too large for the memory, it seems: %n run.</numerusform>
            <numerusform>Too large for the memory, it seems: %n runs.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n run(s), one after the other</source>
        <translation>
            <numerusform>%n run, one after the other</numerusform>
            <numerusform>%n runs, one after the other</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Queue %n run(s)</source>
        <translation>
            <numerusform>Queue %n run</numerusform>
            <numerusform>Queue %n runs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n capability(ies) would be beyond the limit</source>
        <translation>
            <numerusform>%n capability would be beyond the limit</numerusform>
            <numerusform>%n capabilities would be beyond the limit</numerusform>
        </translation>
    </message>
</context>
</TS>
