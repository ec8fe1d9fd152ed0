using System.Text;
using System.Xml;

namespace XenKube.Help;

/// <summary>Writes MAML, the format in which Get-Help reads the help of binary cmdlets.</summary>
public static class MamlWriter
{
    private const string Maml = "http://schemas.microsoft.com/maml/2004/10";
    private const string OnlinePages = "https://github.com/xenkube/xenkube/blob/main/docs/help/";
    private const string Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private const string Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static void Write(string path, IEnumerable<HelpTopic> topics)
    {
        using var xml = XmlWriter.Create(path, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), NewLineChars = "\n" });
        xml.WriteStartElement("helpItems", "http://msh");
        xml.WriteAttributeString("schema", "maml");
        xml.WriteAttributeString("xmlns", "maml", null, Maml);
        xml.WriteAttributeString("xmlns", "command", null, Command);
        xml.WriteAttributeString("xmlns", "dev", null, Dev);
        foreach (var topic in topics)
        {
            WriteTopic(xml, topic);
        }
        xml.WriteEndElement();
    }

    private static void WriteTopic(XmlWriter xml, HelpTopic topic)
    {
        var cmdlet = topic.Cmdlet;
        xml.WriteStartElement("command", Command);
        xml.WriteStartElement("details", Command);
        xml.WriteElementString("name", Command, cmdlet.Name);
        xml.WriteElementString("verb", Command, cmdlet.Verb);
        xml.WriteElementString("noun", Command, cmdlet.Noun);
        Description(xml, [cmdlet.Synopsis]);
        xml.WriteEndElement();
        Description(xml, topic.Page.Description);

        xml.WriteStartElement("syntax", Command);
        foreach (var set in cmdlet.ParameterSets)
        {
            xml.WriteStartElement("syntaxItem", Command);
            xml.WriteElementString("name", Maml, cmdlet.Name);
            foreach (var parameter in cmdlet.Parameters.Where(parameter => parameter.In(set) is not null))
            {
                WriteParameter(xml, parameter, parameter.In(set)!, ParameterDefault.Of(parameter));
            }
            xml.WriteEndElement();
        }
        xml.WriteEndElement();

        xml.WriteStartElement("parameters", Command);
        foreach (var parameter in cmdlet.Parameters)
        {
            WriteParameter(xml, parameter, Merge(parameter), ParameterDefault.Of(parameter));
        }
        if (cmdlet.SupportsShouldProcess)
        {
            WriteSwitch(xml, "WhatIf", "wi", "Shows what would happen; nothing is changed.");
            WriteSwitch(xml, "Confirm", "cf", "Asks before anything is changed.");
        }
        xml.WriteEndElement();

        xml.WriteStartElement("inputTypes", Command);
        foreach (var (name, text) in Inputs(cmdlet))
        {
            WriteType(xml, "inputType", name, text);
        }
        xml.WriteEndElement();
        xml.WriteStartElement("returnValues", Command);
        foreach (var output in cmdlet.Outputs.Where(output => output.Name != "System.Void").DefaultIfEmpty(new TypeDescription("None", "The command returns nothing.")))
        {
            WriteType(xml, "returnValue", output.Name, output.Summary);
        }
        xml.WriteEndElement();

        if (topic.Page.Notes.Count > 0)
        {
            xml.WriteStartElement("alertSet", Maml);
            xml.WriteStartElement("alert", Maml);
            Paragraphs(xml, topic.Page.Notes);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        WriteExamples(xml, topic.Page.Examples);
        WriteLinks(xml, cmdlet.Name, topic.Page.Links);
        xml.WriteEndElement();
    }

    // The list of all parameters shows each of them once, with the most that holds in any of its sets.
    private static ParameterSet Merge(ParameterMetadata parameter) => new(
        ParameterSet.All,
        parameter.Sets.All(set => set.Mandatory),
        parameter.Sets.Select(set => set.Position).FirstOrDefault(position => position is not null),
        parameter.Sets.Any(set => set.ByValue),
        parameter.Sets.Any(set => set.ByPropertyName),
        parameter.Sets.Any(set => set.FromRemaining));

    private static IEnumerable<(string Name, string Text)> Inputs(CmdletMetadata cmdlet)
    {
        var byValue = cmdlet.Parameters.Where(parameter => parameter.Sets.Any(set => set.ByValue)).ToArray();
        foreach (var parameter in byValue)
        {
            yield return (parameter.TypeName, $"By value, to -{parameter.Name}. {parameter.Description}");
        }
        var byProperty = cmdlet.Parameters.Where(parameter => parameter.Sets.Any(set => set.ByPropertyName)).ToArray();
        if (byProperty.Length > 0)
        {
            var names = byProperty.Select(parameter => string.Join(" or ", parameter.Aliases.Prepend(parameter.Name)));
            yield return ("System.Object", $"Any object that has properties of these names: {string.Join(", ", names)}.");
        }
        if (byValue.Length + byProperty.Length == 0)
        {
            yield return ("None", "Nothing can be piped to the command.");
        }
    }

    private static void WriteParameter(XmlWriter xml, ParameterMetadata parameter, ParameterSet set, string standard)
    {
        xml.WriteStartElement("parameter", Command);
        xml.WriteAttributeString("required", Lower(set.Mandatory));
        xml.WriteAttributeString("variableLength", Lower(parameter.IsArray));
        xml.WriteAttributeString("globbing", Lower(parameter.SupportsWildcards));
        xml.WriteAttributeString("pipelineInput", set.PipelineInput);
        xml.WriteAttributeString("position", set.Position is { } position ? position.ToString(System.Globalization.CultureInfo.InvariantCulture) : "named");
        xml.WriteAttributeString("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases));
        xml.WriteElementString("name", Maml, parameter.Name);
        Description(xml, parameter.Values.Count == 0 ? [parameter.Description] : [parameter.Description, $"Values: {string.Join(", ", parameter.Values)}."]);
        if (!parameter.IsSwitch)
        {
            xml.WriteStartElement("parameterValue", Command);
            xml.WriteAttributeString("required", "true");
            xml.WriteAttributeString("variableLength", Lower(parameter.IsArray));
            xml.WriteString(parameter.ShortTypeName);
            xml.WriteEndElement();
        }
        xml.WriteStartElement("type", Dev);
        xml.WriteElementString("name", Maml, parameter.TypeName);
        xml.WriteEndElement();
        xml.WriteElementString("defaultValue", Dev, standard);
        xml.WriteEndElement();
    }

    private static void WriteSwitch(XmlWriter xml, string name, string alias, string text) =>
        WriteParameter(
            xml,
            new ParameterMetadata(name, "System.Management.Automation.SwitchParameter", "SwitchParameter", true, false, false, text, [alias], [], []),
            new ParameterSet(ParameterSet.All, false, null, false, false, false), "False");

    private static void WriteType(XmlWriter xml, string element, string name, string text)
    {
        xml.WriteStartElement(element, Command);
        xml.WriteStartElement("type", Dev);
        xml.WriteElementString("name", Maml, name);
        xml.WriteEndElement();
        Description(xml, [text]);
        xml.WriteEndElement();
    }

    private static void WriteExamples(XmlWriter xml, IReadOnlyList<HelpExample> examples)
    {
        xml.WriteStartElement("examples", Command);
        for (var i = 0; i < examples.Count; i++)
        {
            xml.WriteStartElement("example", Command);
            xml.WriteElementString("title", Maml, $"Example {i + 1}: {examples[i].Title}");
            xml.WriteElementString("code", Dev, examples[i].Code);
            xml.WriteStartElement("remarks", Dev);
            Paragraphs(xml, examples[i].Remarks);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    // The first link with a URI is the page that Get-Help -Online opens.
    private static void WriteLinks(XmlWriter xml, string name, IReadOnlyList<string> links)
    {
        xml.WriteStartElement("relatedLinks", Command);
        xml.WriteStartElement("navigationLink", Maml);
        xml.WriteElementString("linkText", Maml, "Online Version:");
        xml.WriteElementString("uri", Maml, OnlinePages + name + ".md");
        xml.WriteEndElement();
        foreach (var link in links)
        {
            var isUri = link.StartsWith("https://", StringComparison.Ordinal);
            xml.WriteStartElement("navigationLink", Maml);
            xml.WriteElementString("linkText", Maml, isUri ? "Online" : link);
            xml.WriteElementString("uri", Maml, isUri ? link : "");
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void Description(XmlWriter xml, IEnumerable<string> paragraphs)
    {
        xml.WriteStartElement("description", Maml);
        Paragraphs(xml, paragraphs);
        xml.WriteEndElement();
    }

    private static void Paragraphs(XmlWriter xml, IEnumerable<string> paragraphs)
    {
        foreach (var paragraph in paragraphs)
        {
            xml.WriteElementString("para", Maml, paragraph);
        }
    }

    private static string Lower(bool value) => value ? "true" : "false";
}
