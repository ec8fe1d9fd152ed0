using System.Text;

namespace XenKube.Parsing.Yaml;

/// <content>Directives, anchors, aliases and tags.</content>
internal sealed partial class YamlScanner
{
    private YamlToken ScanDirective()
    {
        var start = Mark;
        Advance();
        var name = ScanWord();
        if (name.Length == 0)
        {
            throw Error("could not find expected directive name", start);
        }
        if (!IsBlankOrEnd(Current))
        {
            throw Error("found unexpected non-alphabetical character", start);
        }
        var token = name switch
        {
            "YAML" => ScanVersion(start),
            "TAG" => ScanTagDirective(start),
            _ => throw Error("found unknown directive name", start),
        };
        Ensure(1);
        SkipBlanks();
        SkipRestOfLineIfComment();
        if (!IsBreakOrEnd(Current))
        {
            throw Error("did not find expected comment or line break", start);
        }
        Ensure(2);
        AdvanceLine();
        return token;
    }

    private string ScanWord()
    {
        Ensure(1);
        var start = position;
        while (IsWord(Current))
        {
            Advance();
            Ensure(1);
        }
        return characters[start..position];
    }

    private void SkipBlanks()
    {
        Ensure(1);
        while (IsBlank(Current))
        {
            Advance();
            Ensure(1);
        }
    }

    private YamlToken ScanVersion(YamlMark start)
    {
        SkipBlanks();
        var major = ScanVersionNumber(start);
        if (Current != '.')
        {
            throw Error("did not find expected digit or '.' character", start);
        }
        Advance();
        var minor = ScanVersionNumber(start);
        return new YamlToken(YamlTokenKind.VersionDirective, start, Mark, $"{major}.{minor}");
    }

    private int ScanVersionNumber(YamlMark start)
    {
        Ensure(1);
        var (value, length) = (0, 0);
        for (; char.IsAsciiDigit(Current); length++)
        {
            if (length == 2)
            {
                throw Error("found extremely long version number", start);
            }
            value = value * 10 + (Current - '0');
            Advance();
            Ensure(1);
        }
        return length == 0 ? throw Error("did not find expected version number", start) : value;
    }

    private YamlToken ScanTagDirective(YamlMark start)
    {
        SkipBlanks();
        var handle = ScanTagHandle(directive: true, start);
        Ensure(1);
        if (!IsBlank(Current))
        {
            throw Error("did not find expected whitespace", start);
        }
        SkipBlanks();
        var prefix = ScanTagUri("", start);
        Ensure(1);
        return IsBlankOrEnd(Current)
            ? new YamlToken(YamlTokenKind.TagDirective, start, Mark, handle, prefix)
            : throw Error("did not find expected whitespace or line break", start);
    }

    private YamlToken ScanAnchor(YamlTokenKind kind)
    {
        var start = Mark;
        Advance();
        var name = ScanWord();
        var end = Mark;
        return name.Length > 0 && (IsBlankOrEnd(Current) || "?:,]}%@`".Contains(Current, StringComparison.Ordinal))
            ? new YamlToken(kind, start, end, name)
            : throw Error("did not find expected alphabetic or numeric character", start);
    }

    private YamlToken ScanTag()
    {
        var start = Mark;
        Ensure(2);
        string handle;
        string suffix;
        if (At(1) == '<')
        {
            Advance();
            Advance();
            handle = "";
            suffix = ScanTagUri("", start);
            if (Current != '>')
            {
                throw Error("did not find the expected '>'", start);
            }
            Advance();
        }
        else
        {
            handle = ScanTagHandle(directive: false, start);
            if (handle.Length > 1 && handle[^1] == '!')
            {
                suffix = ScanTagUri("", start);
            }
            else
            {
                suffix = ScanTagUri(handle, start);
                handle = "!";
                if (suffix.Length == 0)
                {
                    (handle, suffix) = (suffix, handle);
                }
            }
        }
        Ensure(1);
        return IsBlankOrEnd(Current)
            ? new YamlToken(YamlTokenKind.Tag, start, Mark, handle, suffix)
            : throw Error("did not find expected whitespace or line break", start);
    }

    private string ScanTagHandle(bool directive, YamlMark start)
    {
        Ensure(1);
        if (Current != '!')
        {
            throw Error("did not find expected '!'", start);
        }
        Advance();
        var handle = "!" + ScanWord();
        if (Current == '!')
        {
            Advance();
            return handle + "!";
        }
        return !directive || handle == "!" ? handle : throw Error("did not find expected '!'", start);
    }

    /// <summary>Scans the rest of a tag whose beginning was taken for a handle.</summary>
    private string ScanTagUri(string head, YamlMark start)
    {
        var found = head.Length > 0;
        var bytes = new List<byte>(Encoding.UTF8.GetBytes(head.Length > 1 ? head[1..] : ""));
        Ensure(1);
        while (IsWord(Current) || Current != '\0' && ";/?:@&=+$,.!~*'()[]%".Contains(Current, StringComparison.Ordinal))
        {
            if (Current == '%')
            {
                ScanUriEscapes(bytes, start);
            }
            else
            {
                bytes.Add((byte)Current);
                Advance();
            }
            Ensure(1);
            found = true;
        }
        return found ? Encoding.UTF8.GetString([.. bytes]) : throw Error("did not find expected tag URI", start);
    }

    private void ScanUriEscapes(List<byte> bytes, YamlMark start)
    {
        var left = 0;
        do
        {
            Ensure(3);
            if (Current != '%' || !char.IsAsciiHexDigit(At(1)) || !char.IsAsciiHexDigit(At(2)))
            {
                throw Error("did not find URI escaped octet", start);
            }
            var octet = Convert.ToByte(characters.Substring(position + 1, 2), 16);
            if (left == 0)
            {
                left = octet < 0x80 ? 1 : (octet & 0xE0) == 0xC0 ? 2 : (octet & 0xF0) == 0xE0 ? 3 : (octet & 0xF8) == 0xF0 ? 4 : 0;
                if (left == 0)
                {
                    throw Error("found an incorrect leading UTF-8 octet", start);
                }
            }
            else if ((octet & 0xC0) != 0x80)
            {
                throw Error("found an incorrect trailing UTF-8 octet", start);
            }
            bytes.Add(octet);
            Advance();
            Advance();
            Advance();
        }
        while (--left > 0);
    }
}
