namespace XenKube.Parsing.Yaml;

/// <summary>
/// Builds the nodes of the first document from the scanner's tokens by the grammar of YAML 1.1. Open collections are kept on
/// a stack of its own, so depth costs memory and never the thread's stack.
/// </summary>
/// <remarks>
/// Held against ajeddeloh/yaml 6b94386, the fork of go-yaml v2 in ct 0.5.0 and 0.9.0, and gopkg.in/yaml.v3 v3.0.1 in Butane 0.19.0.
/// </remarks>
internal sealed class YamlTreeBuilder(YamlScanner scanner, YamlOptions options)
{
    private readonly Dictionary<string, YamlNode> anchors = new(StringComparer.Ordinal);
    private readonly List<YamlNode> aliases = [];
    private readonly Dictionary<string, string> tagPrefixes = new(StringComparer.Ordinal);
    private readonly Stack<Frame> open = new();
    private YamlNode? root;

    /// <summary>What is expected next in an open collection.</summary>
    private enum State
    {
        BlockSequence,
        IndentlessSequence,
        BlockMappingKey,
        BlockMappingValue,
        FlowSequenceFirst,
        FlowSequence,
        PairKey,
        PairValue,
        PairEnd,
        FlowMappingFirst,
        FlowMappingKey,
        FlowMappingValue,
        FlowMappingEmptyValue,
    }

    private sealed record Frame(YamlNode Node, YamlMark Mark)
    {
        public State State { get; set; }
    }

    /// <summary>Reads the document, or returns null where there is none.</summary>
    public YamlNode? Build()
    {
        var token = scanner.Peek();
        if (token.Kind == YamlTokenKind.StreamEnd)
        {
            return null;
        }
        if (token.Kind is YamlTokenKind.VersionDirective or YamlTokenKind.TagDirective or YamlTokenKind.DocumentStart)
        {
            ReadDocumentStart();
            token = scanner.Peek();
            if (token.Kind is YamlTokenKind.VersionDirective or YamlTokenKind.TagDirective or YamlTokenKind.DocumentStart
                or YamlTokenKind.DocumentEnd or YamlTokenKind.StreamEnd)
            {
                AddEmpty(token.Start);
            }
        }
        else
        {
            ReadDirectives();
        }
        if (root is null)
        {
            ReadNode(block: true, indentless: false);
            while (open.TryPeek(out var frame))
            {
                Step(frame);
            }
        }
        ReadDocumentEnd();
        if (options.Dialect == YamlDialect.GoYaml2)
        {
            // v2 resolves names when the whole document is known: the last anchor of a name is used, even one after the alias.
            foreach (var alias in aliases)
            {
                alias.Target = anchors.GetValueOrDefault(alias.Value);
            }
        }
        return root;
    }

    private void ReadDocumentStart()
    {
        ReadDirectives();
        var token = scanner.Peek();
        if (token.Kind != YamlTokenKind.DocumentStart)
        {
            throw Error("did not find expected <document start>", token.Start);
        }
        scanner.Skip();
    }

    private void ReadDirectives()
    {
        var versionSeen = false;
        var token = scanner.Peek();
        while (token.Kind is YamlTokenKind.VersionDirective or YamlTokenKind.TagDirective)
        {
            if (token.Kind == YamlTokenKind.VersionDirective)
            {
                if (versionSeen)
                {
                    throw Error("found duplicate %YAML directive", token.Start);
                }
                if (token.Text != "1.1")
                {
                    throw Error("found incompatible YAML document", token.Start);
                }
                versionSeen = true;
            }
            else if (!tagPrefixes.TryAdd(token.Text, token.Suffix))
            {
                throw Error("found duplicate %TAG directive", token.Start);
            }
            scanner.Skip();
            token = scanner.Peek();
        }
        tagPrefixes.TryAdd("!", "!");
        tagPrefixes.TryAdd("!!", "tag:yaml.org,2002:");
    }

    /// <summary>Looks at the text after the document, up to the place where go-yaml stops: v2 up to where a next one would start.</summary>
    private void ReadDocumentEnd()
    {
        var token = scanner.Peek();
        if (token.Kind == YamlTokenKind.DocumentEnd)
        {
            scanner.Skip();
        }
        if (options.Dialect == YamlDialect.GoYaml3)
        {
            return;
        }
        while (scanner.Peek().Kind == YamlTokenKind.DocumentEnd)
        {
            scanner.Skip();
        }
        if (scanner.Peek().Kind != YamlTokenKind.StreamEnd)
        {
            tagPrefixes.Clear();
            ReadDocumentStart();
        }
    }

    private void Step(Frame frame)
    {
        switch (frame.State)
        {
            case State.BlockSequence:
                StepBlockSequence(frame);
                break;
            case State.IndentlessSequence:
                StepIndentlessSequence(frame);
                break;
            case State.BlockMappingKey:
                StepBlockMappingKey(frame);
                break;
            case State.BlockMappingValue:
                StepBlockMappingValue(frame);
                break;
            case State.FlowSequenceFirst or State.FlowSequence:
                StepFlowSequence(frame);
                break;
            case State.PairKey:
                StepPairKey(frame);
                break;
            case State.PairValue:
                StepPairValue(frame);
                break;
            case State.PairEnd:
                open.Pop();
                break;
            case State.FlowMappingFirst or State.FlowMappingKey:
                StepFlowMappingKey(frame);
                break;
            case State.FlowMappingValue:
                StepFlowMappingValue(frame);
                break;
            case State.FlowMappingEmptyValue:
                frame.State = State.FlowMappingKey;
                AddEmpty(scanner.Peek().Start);
                break;
        }
    }

    private void StepBlockSequence(Frame frame)
    {
        var token = scanner.Peek();
        switch (token.Kind)
        {
            case YamlTokenKind.BlockEntry:
                scanner.Skip();
                ReadNodeUnless(scanner.Peek().Kind is YamlTokenKind.BlockEntry or YamlTokenKind.BlockEnd, token.End, indentless: false);
                break;
            case YamlTokenKind.BlockEnd:
                scanner.Skip();
                open.Pop();
                break;
            default:
                throw Error("did not find expected '-' indicator", token.Start, frame.Mark);
        }
    }

    private void StepIndentlessSequence(Frame frame)
    {
        var token = scanner.Peek();
        if (token.Kind != YamlTokenKind.BlockEntry)
        {
            open.Pop();
            return;
        }
        scanner.Skip();
        var next = scanner.Peek().Kind;
        ReadNodeUnless(
            next is YamlTokenKind.BlockEntry or YamlTokenKind.Key or YamlTokenKind.Value
                or YamlTokenKind.BlockEnd, token.End, indentless: false);
    }

    private void StepBlockMappingKey(Frame frame)
    {
        var token = scanner.Peek();
        switch (token.Kind)
        {
            case YamlTokenKind.Key:
                scanner.Skip();
                frame.State = State.BlockMappingValue;
                ReadNodeUnless(IsMappingIndicator(scanner.Peek().Kind), token.End, indentless: true);
                break;
            case YamlTokenKind.BlockEnd:
                scanner.Skip();
                open.Pop();
                break;
            default:
                throw Error("did not find expected key", token.Start, frame.Mark);
        }
    }

    private void StepBlockMappingValue(Frame frame)
    {
        frame.State = State.BlockMappingKey;
        var token = scanner.Peek();
        if (token.Kind != YamlTokenKind.Value)
        {
            AddEmpty(token.Start);
            return;
        }
        scanner.Skip();
        ReadNodeUnless(IsMappingIndicator(scanner.Peek().Kind), token.End, indentless: true);
    }

    private static bool IsMappingIndicator(YamlTokenKind kind) =>
        kind is YamlTokenKind.Key or YamlTokenKind.Value or YamlTokenKind.BlockEnd;

    private void StepFlowSequence(Frame frame)
    {
        var token = scanner.Peek();
        if (token.Kind != YamlTokenKind.FlowSequenceEnd && frame.State != State.FlowSequenceFirst)
        {
            if (token.Kind != YamlTokenKind.FlowEntry)
            {
                throw Error("did not find expected ',' or ']'", token.Start, frame.Mark);
            }
            scanner.Skip();
            token = scanner.Peek();
        }
        frame.State = State.FlowSequence;
        switch (token.Kind)
        {
            case YamlTokenKind.FlowSequenceEnd:
                scanner.Skip();
                open.Pop();
                break;
            case YamlTokenKind.Key:
                // A single pair without braces is a mapping of its own.
                scanner.Skip();
                Open(NewNode(YamlNodeKind.Mapping, token.Start, "", "", isFlow: true), token.Start, State.PairKey);
                break;
            default:
                ReadNode(block: false, indentless: false);
                break;
        }
    }

    private void StepPairKey(Frame frame)
    {
        var token = scanner.Peek();
        frame.State = State.PairValue;
        if (token.Kind is YamlTokenKind.Value or YamlTokenKind.FlowEntry or YamlTokenKind.FlowSequenceEnd)
        {
            scanner.Skip();
            AddEmpty(token.End);
        }
        else
        {
            ReadNode(block: false, indentless: false);
        }
    }

    private void StepPairValue(Frame frame)
    {
        var token = scanner.Peek();
        frame.State = State.PairEnd;
        if (token.Kind == YamlTokenKind.Value)
        {
            scanner.Skip();
            var next = scanner.Peek();
            if (next.Kind is not (YamlTokenKind.FlowEntry or YamlTokenKind.FlowSequenceEnd))
            {
                ReadNode(block: false, indentless: false);
                return;
            }
        }
        AddEmpty(token.Start);
    }

    private void StepFlowMappingKey(Frame frame)
    {
        var token = scanner.Peek();
        if (token.Kind != YamlTokenKind.FlowMappingEnd && frame.State != State.FlowMappingFirst)
        {
            if (token.Kind != YamlTokenKind.FlowEntry)
            {
                throw Error("did not find expected ',' or '}'", token.Start, frame.Mark);
            }
            scanner.Skip();
            token = scanner.Peek();
        }
        switch (token.Kind)
        {
            case YamlTokenKind.FlowMappingEnd:
                scanner.Skip();
                open.Pop();
                break;
            case YamlTokenKind.Key:
                scanner.Skip();
                token = scanner.Peek();
                frame.State = State.FlowMappingValue;
                if (token.Kind is YamlTokenKind.Value or YamlTokenKind.FlowEntry or YamlTokenKind.FlowMappingEnd)
                {
                    AddEmpty(token.Start);
                }
                else
                {
                    ReadNode(block: false, indentless: false);
                }
                break;
            default:
                frame.State = State.FlowMappingEmptyValue;
                ReadNode(block: false, indentless: false);
                break;
        }
    }

    private void StepFlowMappingValue(Frame frame)
    {
        var token = scanner.Peek();
        frame.State = State.FlowMappingKey;
        if (token.Kind == YamlTokenKind.Value)
        {
            scanner.Skip();
            token = scanner.Peek();
            if (token.Kind is not (YamlTokenKind.FlowEntry or YamlTokenKind.FlowMappingEnd))
            {
                ReadNode(block: false, indentless: false);
                return;
            }
        }
        AddEmpty(token.Start);
    }

    private void ReadNodeUnless(bool empty, YamlMark mark, bool indentless)
    {
        if (empty)
        {
            AddEmpty(mark);
        }
        else
        {
            ReadNode(block: true, indentless);
        }
    }

    private void ReadNode(bool block, bool indentless)
    {
        var token = scanner.Peek();
        var start = token.Start;
        if (token.Kind == YamlTokenKind.Alias)
        {
            scanner.Skip();
            AddAlias(token);
            return;
        }
        var anchor = "";
        YamlToken? tagToken = null;
        if (token.Kind == YamlTokenKind.Anchor)
        {
            anchor = token.Text;
            token = Next();
            if (token.Kind == YamlTokenKind.Tag)
            {
                tagToken = token;
                token = Next();
            }
        }
        else if (token.Kind == YamlTokenKind.Tag)
        {
            tagToken = token;
            token = Next();
            if (token.Kind == YamlTokenKind.Anchor)
            {
                anchor = token.Text;
                token = Next();
            }
        }
        var tag = tagToken is { } t ? ResolveTag(t, start) : "";
        switch (token.Kind)
        {
            case YamlTokenKind.BlockEntry when indentless:
                Open(NewNode(YamlNodeKind.Sequence, start, anchor, tag, isFlow: false), token.Start, State.IndentlessSequence);
                break;
            case YamlTokenKind.Scalar:
                scanner.Skip();
                Add(NewScalar(start, anchor, tag, token.Text, token.Style, tag.Length == 0
                    ? token.Style == YamlScalarStyle.Plain : tag == "!"));
                break;
            case YamlTokenKind.FlowSequenceStart:
                scanner.Skip();
                Open(NewNode(YamlNodeKind.Sequence, start, anchor, tag, isFlow: true), token.Start, State.FlowSequenceFirst);
                break;
            case YamlTokenKind.FlowMappingStart:
                scanner.Skip();
                Open(NewNode(YamlNodeKind.Mapping, start, anchor, tag, isFlow: true), token.Start, State.FlowMappingFirst);
                break;
            case YamlTokenKind.BlockSequenceStart when block:
                scanner.Skip();
                Open(NewNode(YamlNodeKind.Sequence, start, anchor, tag, isFlow: false), token.Start, State.BlockSequence);
                break;
            case YamlTokenKind.BlockMappingStart when block:
                scanner.Skip();
                Open(NewNode(YamlNodeKind.Mapping, start, anchor, tag, isFlow: false), token.Start, State.BlockMappingKey);
                break;
            case var _ when anchor.Length > 0 || tag.Length > 0:
                Add(NewScalar(start, anchor, tag, "", YamlScalarStyle.Plain, tag.Length == 0));
                break;
            default:
                throw Error("did not find expected node content", token.Start, start);
        }
    }

    private YamlToken Next()
    {
        scanner.Skip();
        return scanner.Peek();
    }

    private string ResolveTag(YamlToken token, YamlMark start)
    {
        if (token.Text.Length == 0)
        {
            return token.Suffix;
        }
        return tagPrefixes.TryGetValue(token.Text, out var prefix)
            ? prefix + token.Suffix
            : throw Error("found undefined tag handle", token.Start, start);
    }

    private void AddAlias(YamlToken token)
    {
        var node = new YamlNode(YamlNodeKind.Alias, token.Start.Line + 1, token.Start.Column + 1) { Value = token.Text };
        if (options.Dialect == YamlDialect.GoYaml3)
        {
            node.Target = anchors.GetValueOrDefault(token.Text) ?? throw new YamlException(
                $"unknown anchor '{token.Text}' referenced", node.Line, node.Column);
        }
        else
        {
            aliases.Add(node);
        }
        Add(node);
    }

    private void AddEmpty(YamlMark mark) => Add(NewScalar(mark, "", "", "", YamlScalarStyle.Plain, isImplicit: true));

    private static YamlNode NewScalar(YamlMark mark, string anchor, string tag, string value, YamlScalarStyle style, bool isImplicit) =>
        new(YamlNodeKind.Scalar, mark.Line + 1, mark.Column + 1)
        {
            Value = value, Anchor = anchor, Tag = tag, Style = style, IsImplicit = isImplicit,
        };

    private static YamlNode NewNode(YamlNodeKind kind, YamlMark mark, string anchor, string tag, bool isFlow) =>
        new(kind, mark.Line + 1, mark.Column + 1) { Anchor = anchor, Tag = tag, IsFlow = isFlow, Items = [] };

    private void Open(YamlNode node, YamlMark mark, State state)
    {
        Add(node);
        open.Push(new Frame(node, mark) { State = state });
    }

    private void Add(YamlNode node)
    {
        if (node.Anchor.Length > 0)
        {
            anchors[node.Anchor] = node;
        }
        if (open.TryPeek(out var parent))
        {
            parent.Node.Items.Add(node);
        }
        else
        {
            root = node;
        }
    }

    private YamlException Error(string problem, YamlMark at) => YamlProblem.Parser(options.Dialect, problem, at);

    private YamlException Error(string problem, YamlMark at, YamlMark context) => YamlProblem.Parser(options.Dialect, problem, at, context);
}
