using System.Text;

namespace XenKube.Parsing.Yaml;

/// <summary>
/// Tokens of YAML 1.1, as the libyaml family reads it. YamlDotNet's own scanner follows YAML 1.2 and its test suite: it takes
/// documents that libyaml refuses, refuses some that libyaml takes, counts columns in UTF-16 units, and stops at other places
/// (YamlDotNetDifferencesTests names each). None of that can be seen in its events, so the tokens are made here.
/// </summary>
/// <remarks>
/// Held against ajeddeloh/yaml 6b94386, the fork of go-yaml v2 in ct 0.5.0 and 0.9.0, and gopkg.in/yaml.v3 v3.0.1 in Butane 0.19.0.
/// </remarks>
internal sealed partial class YamlScanner
{
    /// <summary>A text longer than this is rare, and what it was put together in is not kept for the next one.</summary>
    private const int LongestKept = 4096;

    private readonly string?[] knownTexts = new string?[64];
    private readonly StringBuilder breakText = new();
    private readonly BlankRun blankRun = new();
    private StringBuilder scalarText = new(128);
    private readonly YamlDialect dialect;
    private readonly int maxDepth;
    private readonly YamlText text;
    private readonly string characters;
    private readonly List<YamlToken> queue = [];
    private readonly Stack<int> indents = new();
    private readonly SimpleKeys keys = new();
    private int head;
    private int taken;
    private int indent = -1;
    private int flowLevel;
    private bool simpleKeyAllowed = true;
    private bool ended;
    private bool lineBroken;

    private int position;
    private int index;
    private int line;
    private int column;

    public YamlScanner(YamlText text, YamlOptions options)
    {
        this.text = text;
        characters = text.Characters;
        dialect = options.Dialect;
        maxDepth = options.MaxDepth;
    }

    /// <summary>The next token, left where it is.</summary>
    public YamlToken Peek()
    {
        FetchMore();
        return queue[head];
    }

    /// <summary>Drops the next token; it was looked at before.</summary>
    public void Skip()
    {
        if (queue[head].Kind == YamlTokenKind.StreamEnd)
        {
            return;
        }
        head++;
        taken++;
        if (head == queue.Count)
        {
            queue.Clear();
            head = 0;
        }
    }

    private YamlMark Mark => new(index, line, column);

    private char Current => position < characters.Length ? characters[position] : '\0';

    private char At(int offset) => position + offset < characters.Length ? characters[position + offset] : '\0';

    private void Ensure(int count) => text.Ensure(position + count);

    private YamlException Error(string problem, YamlMark context) => YamlProblem.Scanner(dialect, problem, Mark, context);

    private void FetchMore()
    {
        while (NeedsMore() && !ended)
        {
            FetchNext();
            SkipLineComment();
        }
    }

    private bool NeedsMore()
    {
        if (dialect == YamlDialect.GoYaml3)
        {
            // v3 looks two tokens ahead for the sake of comments, so errors after a token can come before those at it.
            return !ended && queue.Count - head < 3
                || keys.Find(taken) is { } level && IsStillPossible(level);
        }
        if (queue.Count == head)
        {
            return true;
        }
        DropStaleKeys();
        return keys.IsFirstPossible(taken);
    }

    private void FetchNext()
    {
        Ensure(1);
        var behindLast = Mark;
        SkipToToken();
        if (dialect == YamlDialect.GoYaml2)
        {
            DropStaleKeys();
        }
        // v3 lets a block end where its last token does, v2 where the next one begins.
        Unroll(column, dialect == YamlDialect.GoYaml3 ? behindLast : Mark);
        Ensure(4);
        if (position >= characters.Length)
        {
            FetchStreamEnd();
            return;
        }
        var c = characters[position];
        if (column == 0)
        {
            if (c == '%')
            {
                StartOver();
                queue.Add(ScanDirective());
                return;
            }
            if (IsDocumentIndicator('-'))
            {
                FetchDocumentIndicator(YamlTokenKind.DocumentStart);
                return;
            }
            if (IsDocumentIndicator('.'))
            {
                FetchDocumentIndicator(YamlTokenKind.DocumentEnd);
                return;
            }
        }
        var blankNext = IsBlankOrEnd(At(1));
        switch (c)
        {
            case '[':
                FetchFlowStart(YamlTokenKind.FlowSequenceStart);
                return;
            case '{':
                FetchFlowStart(YamlTokenKind.FlowMappingStart);
                return;
            case ']':
                FetchFlowEnd(YamlTokenKind.FlowSequenceEnd);
                return;
            case '}':
                FetchFlowEnd(YamlTokenKind.FlowMappingEnd);
                return;
            case ',':
                RemoveKey();
                simpleKeyAllowed = true;
                AddIndicator(YamlTokenKind.FlowEntry);
                return;
            case '-' when blankNext:
                FetchBlockEntry();
                return;
            case '?' when flowLevel > 0 || blankNext:
                FetchKey();
                return;
            case ':' when flowLevel > 0 || blankNext:
                FetchValue();
                return;
            case '*':
                SaveKey();
                simpleKeyAllowed = false;
                queue.Add(ScanAnchor(YamlTokenKind.Alias));
                return;
            case '&':
                SaveKey();
                simpleKeyAllowed = false;
                queue.Add(ScanAnchor(YamlTokenKind.Anchor));
                return;
            case '!':
                SaveKey();
                simpleKeyAllowed = false;
                queue.Add(ScanTag());
                return;
            case '|' or '>' when flowLevel == 0:
                RemoveKey();
                simpleKeyAllowed = true;
                queue.Add(ScanBlockScalar(literal: c == '|'));
                return;
            case '\'' or '"':
                SaveKey();
                simpleKeyAllowed = false;
                queue.Add(ScanQuotedScalar(single: c == '\''));
                return;
        }
        if (StartsPlainScalar(c))
        {
            SaveKey();
            simpleKeyAllowed = false;
            queue.Add(ScanPlainScalar());
            return;
        }
        throw Error("found character that cannot start any token", Mark);
    }

    private bool StartsPlainScalar(char c)
    {
        if (c == '-')
        {
            return At(1) is not (' ' or '\t');
        }
        if (c is '?' or ':')
        {
            return flowLevel == 0 && !IsBlankOrEnd(At(1));
        }
        return !IsBlankOrEnd(c) && !",[]{}#&*!|>'\"%@`".Contains(c, StringComparison.Ordinal);
    }

    private void SkipToToken()
    {
        while (true)
        {
            Ensure(1);
            if (position == 0 && Current == '\uFEFF')
            {
                // A second mark is skipped, one further on is text: go-yaml looks for it at the beginning of its buffer only.
                Advance();
            }
            Ensure(1);
            while (Current == ' ' || (flowLevel > 0 || !simpleKeyAllowed) && Current == '\t')
            {
                Advance();
                Ensure(1);
            }
            SkipComment();
            if (!IsBreak(Current))
            {
                return;
            }
            Ensure(2);
            AdvanceLine();
            if (flowLevel == 0)
            {
                simpleKeyAllowed = true;
            }
        }
    }

    private void SkipComment()
    {
        if (Current != '#')
        {
            return;
        }
        SkipToLineEnd();
        // v3 collects comments, and takes all that follow in one go, be they indented by tabs.
        while (dialect == YamlDialect.GoYaml3 && FindComment(acrossLines: true) is { } ahead)
        {
            SkipTo(position + ahead);
            SkipToLineEnd();
        }
    }

    private void SkipRestOfLineIfComment()
    {
        if (Current == '#')
        {
            SkipToLineEnd();
        }
    }

    /// <summary>v3 takes a comment on the line of a token at once, even after a tab where white space must be a space.</summary>
    private void SkipLineComment()
    {
        if (dialect == YamlDialect.GoYaml3 && !ended && !lineBroken && queue[^1].Kind != YamlTokenKind.BlockEntry
            && FindComment(acrossLines: false) is { } ahead)
        {
            SkipTo(position + ahead);
            SkipToLineEnd();
        }
    }

    private int? FindComment(bool acrossLines)
    {
        for (var ahead = 0; ahead < 512; ahead++)
        {
            Ensure(ahead + 1);
            if (At(ahead) == '#')
            {
                return ahead;
            }
            if (!IsBlank(At(ahead)) && !(acrossLines && IsBreak(At(ahead))))
            {
                break;
            }
        }
        return null;
    }

    private void SkipTo(int target)
    {
        while (position < target)
        {
            if (IsBreak(Current))
            {
                AdvanceLine();
            }
            else
            {
                Advance();
            }
        }
    }

    private void SkipToLineEnd()
    {
        while (!IsBreakOrEnd(Current))
        {
            Advance();
            Ensure(1);
        }
    }

    /// <summary>Steps over one code point.</summary>
    private void Advance()
    {
        lineBroken &= IsBlank(Current);
        position += char.IsHighSurrogate(Current) ? 2 : 1;
        index++;
        column++;
    }

    /// <summary>Steps over a line break and gives the text that it becomes inside a scalar.</summary>
    private string AdvanceLine()
    {
        var c = Current;
        if (!IsBreak(c))
        {
            return "";
        }
        lineBroken = true;
        var width = c == '\r' && At(1) == '\n' ? 2 : 1;
        position += width;
        index += width;
        line++;
        column = 0;
        return c switch
        {
            '\u2028' => "\u2028",
            '\u2029' => "\u2029",
            _ => "\n",
        };
    }

    private bool IsDocumentIndicator(char c) =>
        column == 0 && Current == c && At(1) == c && At(2) == c && IsBlankOrEnd(At(3));

    private static bool IsBreak(char c) => c is '\r' or '\n' or '\u0085' or '\u2028' or '\u2029';

    private static bool IsBreakOrEnd(char c) => IsBreak(c) || c == '\0';

    private static bool IsBlank(char c) => c is ' ' or '\t';

    private static bool IsBlankOrEnd(char c) => IsBlank(c) || IsBreakOrEnd(c);

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
